"""The user ids of bench/user_ids.h: what `keyward-bench fill` stores and `load` asks for."""
BITS = 32
MASK = (1 << BITS) - 1


def user_id(index: int) -> str:
    number = index * 0x9E3779B97F4A7C15 & MASK
    number ^= number >> (BITS // 2)
    return str(number * 0xD1342543DE82EF95 & MASK)
