#include "server/audit/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/audit/log_fixture.h"

namespace keyward::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int64_t kTime = 1'769'860'800'000'000;

// In braces, its lines are made in their order.
std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

// A log in the making.
class Writer {
 public:
  // Ends in a newline.
  std::string Call(std::string_view user_id, const AuditKeys& keys = Keys()) {
    std::string members;
    AppendEvent(TestEvent(user_id), nullptr, members);
    members.pop_back();
    return Line(members, keys);
  }
  std::string Opening(const AuditKeys& keys = Keys(), std::string_view torn = {}) {
    std::optional<TornLine> torn_line;
    if (!torn.empty()) {
      crypto::Sha256Stream hash;
      hash.Add(torn);
      torn_line = TornLine{torn.size(), hash.FinishHex()};
    }
    return Line(OpeningMembers(kTime, end_, torn_line), keys);
  }
  std::string Lost(uint64_t events) { return Line(LostMembers(kTime, events), Keys()); }
  const ChainEnd& end() const { return end_; }

 private:
  std::string Line(const std::string& members, const AuditKeys& keys) {
    std::string out;
    AppendLine(members, keys, end_, out);
    return out;
  }
  ChainEnd end_;
};

// Every kind of line: a restart, a torn line, another KEK.
std::string SmallLog() {
  Writer writer;
  const std::string torn = "{\"seq\":6,\"ti";
  return Joined({writer.Opening(), writer.Call("alice"), writer.Call("bob"), writer.Opening(),
                 writer.Call("carol"), torn + "\n", writer.Opening(Keys(), torn), writer.Lost(2),
                 writer.Opening(OtherKeys()), writer.Call("dora", OtherKeys())});
}

TEST(VerifyTest, AGoodLogIsToldAsAWhole) {
  const Verifier verifier = Verified({SmallLog()});
  ASSERT_FALSE(verifier.problem()) << verifier.problem()->line << verifier.problem()->what;
  const VerifiedLog& log = verifier.log();
  EXPECT_EQ(log.files, 1u);
  EXPECT_EQ(log.lines, 9u);
  EXPECT_EQ(log.torn_lines, 1u);
  EXPECT_EQ(log.lost_events, 2u);
  EXPECT_EQ(log.first_seq, 1u);
  EXPECT_EQ(log.first_time, "2026-01-31T12:00:00.000000Z");
  EXPECT_EQ(log.last_time, "2026-01-31T12:00:00.123456Z");
  EXPECT_EQ(log.end.seq, 9u);
  EXPECT_EQ(log.end.kek_id, kOtherKekId);
}

TEST(VerifyTest, EachChangedBitIsFound) {
  const std::string good = SmallLog();
  for (size_t place = 0; place < good.size(); ++place) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = good;
      changed[place] = static_cast<char>(changed[place] ^ (1 << bit));
      EXPECT_NE(ProblemOf({changed}), "") << "byte " << place << ", bit " << bit;
    }
  }
}

TEST(VerifyTest, EachRemovedByteIsFound) {
  const std::string good = SmallLog();
  for (size_t place = 0; place < good.size(); ++place) {
    std::string changed = good;
    changed.erase(place, 1);
    EXPECT_NE(ProblemOf({changed}), "") << "byte " << place;
  }
}

TEST(VerifyTest, EachInsertedByteIsFound) {
  const std::string good = SmallLog();
  for (size_t place = 0; place <= good.size(); ++place) {
    for (const char byte : {'\n', '0', 'f', ' ', '"', ',', '\0', '\r', good[place % good.size()]}) {
      std::string changed = good;
      changed.insert(place, 1, byte);
      EXPECT_NE(ProblemOf({changed}), "") << "byte " << place << ", " << int{byte};
    }
  }
}

TEST(VerifyTest, EachRemovedRepeatedOrMovedLineIsFound) {
  const std::vector<std::string> good = Lines(SmallLog());
  ASSERT_EQ(good.size(), 10u);
  for (size_t from = 0; from < good.size(); ++from) {
    std::vector<std::string> without = good;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(from));
    // The last line's end is what a single log cannot vouch for.
    EXPECT_EQ(ProblemOf({Joined(without)}) != "", from + 1 < good.size()) << from;
    for (size_t to = 0; to <= good.size(); ++to) {
      std::vector<std::string> repeated = good;
      repeated.insert(repeated.begin() + static_cast<std::ptrdiff_t>(to), good[from]);
      EXPECT_NE(ProblemOf({Joined(repeated)}), "") << from << " also at " << to;
      std::vector<std::string> moved = without;
      if (to == from || to == good.size()) continue;
      moved.insert(moved.begin() + static_cast<std::ptrdiff_t>(to), good[from]);
      EXPECT_NE(ProblemOf({Joined(moved)}), "") << from << " moved to " << to;
    }
  }
}

TEST(VerifyTest, TheProblemNamesThePlaceAndWhatItIs) {
  Writer writer;
  const std::string first = writer.Opening(), second = writer.Call("alice"),
                    third = writer.Call("bob"), fourth = writer.Call("carol");
  std::string changed = second;
  changed.replace(changed.find("alice"), 5, "alicf");
  EXPECT_THAT(ProblemOf({first + changed + third}), StartsWith("1:2: the line's mac is wrong"));
  EXPECT_THAT(ProblemOf({first + second + fourth}), HasSubstr("1 lines are missing"));
  EXPECT_THAT(ProblemOf({first + third + second}), StartsWith("1:2: the line has seq 3"));
  EXPECT_THAT(ProblemOf({first + second + second}), StartsWith("1:3: the line has seq 2"));
  EXPECT_THAT(ProblemOf({first + "hello\n" + second}), StartsWith("1:2: this is no line"));
  EXPECT_THAT(ProblemOf({first + "\n" + second}), StartsWith("1:2: this is no line"));
  EXPECT_THAT(ProblemOf({second + third}), StartsWith("1:1: the file's first lines are missing"));
  EXPECT_THAT(ProblemOf({first + second.substr(0, 40)}),
              StartsWith("1:2: the line is not complete"));
  EXPECT_THAT(ProblemOf({""}), HasSubstr("there is no line"));
}

TEST(VerifyTest, ALineOfAnotherKekIsNoneOfTheLog) {
  const AuditKeys keys = Keys(), unknown(crypto::SecretBytes::CopyOf("other"), "0123456789abcdef");
  Writer writer;
  const std::string begin = Joined({writer.Opening(), writer.Call("alice")});
  Writer same = writer, without_opening = writer;
  EXPECT_THAT(ProblemOf({begin + without_opening.Call("bob", OtherKeys())}),
              HasSubstr("names KEK 4c4c4c4c4c4c4c4c among lines of KEK 4b4b"));
  EXPECT_THAT(ProblemOf({begin + same.Opening(unknown)}),
              HasSubstr("sealed under KEK 0123456789abcdef, which is not given"));
}

TEST(VerifyTest, FilesAreVerifiedOneAfterAnother) {
  Writer writer;
  const std::string first = Joined({writer.Opening(), writer.Call("alice")});
  const std::string second = Joined({writer.Opening(), writer.Call("bob")});
  const std::string third =
      Joined({writer.Opening(OtherKeys()), writer.Call("carol", OtherKeys())});
  EXPECT_EQ(ProblemOf({first, second, third}), "");
  EXPECT_EQ(ProblemOf({first, "", second}), "");
  EXPECT_THAT(ProblemOf({first, third}),
              StartsWith("2:1: this does not continue 1: it follows seq 4"));
  EXPECT_THAT(ProblemOf({second, first}), StartsWith("2:1: this does not continue 1"));
  EXPECT_THAT(ProblemOf({first, first}), StartsWith("2:1: this does not continue 1"));
  EXPECT_THAT(
      ProblemOf({first.substr(0, first.find('\n') + 1), second}),
      StartsWith("2:1: this does not continue 1: it follows seq 2, and that ends with seq 1"));
  const Verifier later = Verified({second, third});
  EXPECT_FALSE(later.problem());
  EXPECT_EQ(later.log().first_seq, 3u);
}

TEST(VerifyTest, ATornEndOfAFileIsToldByTheNext) {
  Writer writer;
  const std::string first = Joined({writer.Opening(), writer.Call("alice")});
  const std::string torn = "{\"seq\":3,\"time\":";
  const std::string second = Joined({writer.Opening(Keys(), torn), writer.Call("bob")});
  EXPECT_EQ(ProblemOf({first + torn, second}), "");
  EXPECT_EQ(ProblemOf({second}), "");
  EXPECT_THAT(ProblemOf({first, second}), StartsWith("2:1: the torn line"));
  EXPECT_THAT(ProblemOf({first + "{\"seq\":3,\"tim_\":", second}),
              StartsWith("1:3: this is no line"));
}

TEST(VerifyTest, ATornLineMayBeLongerThanALine) {
  Writer writer;
  const std::string torn(3 * kMaxLineBytes, '\0');
  const std::string begin = Joined({writer.Opening(), writer.Call("alice")});
  const std::string end = Joined({writer.Opening(Keys(), torn), writer.Call("bob")});
  EXPECT_EQ(ProblemOf({begin + torn + "\n" + end}), "");
  EXPECT_THAT(ProblemOf({begin + torn + torn + "\n" + end}), StartsWith("1:3: this is no line"));
}

TEST(VerifyTest, AnAnchorShowsWhatWasCutOffOrWrittenAnew) {
  Writer writer, forger;
  std::string first = Joined({writer.Opening(), writer.Call("alice")});
  const Anchor early{writer.end().seq, writer.end().mac};
  const std::string second = writer.Call("bob");
  const Anchor late{writer.end().seq, writer.end().mac};
  EXPECT_EQ(ProblemOf({first + second}, early), "");
  EXPECT_EQ(ProblemOf({first + second}, late), "");
  EXPECT_THAT(ProblemOf({first}, late),
              StartsWith("1:2: the log ends with seq 2, before the anchor's 3"));
  const std::string other = Joined({forger.Opening(), forger.Call("mallory"), forger.Call("bob")});
  EXPECT_THAT(ProblemOf({other}, late), HasSubstr("is not the anchor's"));
  const std::string next_file = Joined({writer.Opening(), writer.Call("carol")});
  EXPECT_EQ(ProblemOf({next_file}, late), "") << "the anchor is the line before the first";
  EXPECT_THAT(ProblemOf({next_file}, early), HasSubstr("earlier files are missing"));
}

TEST(VerifyTest, BytesMayComeInPiecesOfAnySize) {
  const std::string good = SmallLog();
  for (const size_t size : {1, 2, 7, 100}) {
    Verifier verifier(AllKeys());
    verifier.BeginFile("log");
    for (size_t at = 0; at < good.size(); at += size) verifier.Feed(good.substr(at, size));
    EXPECT_FALSE(verifier.within_line());
    EXPECT_TRUE(verifier.Finish()) << size;
    EXPECT_EQ(verifier.log().lines, 9u);
  }
}

TEST(VerifyTest, AMillionLinesAreVerifiedAndOneChangedAmongThemIsFound) {
  constexpr int kLines = 1'000'000;
  constexpr int kChanged = 700'000;
  const AuditKeys keys = Keys();
  Verifier good(AllKeys()), bad(AllKeys());
  good.BeginFile("good");
  bad.BeginFile("bad");
  ChainEnd end;
  std::string members, text;
  AppendEvent(TestEvent("alice"), nullptr, members);
  members.pop_back();
  for (int line = 1; line <= kLines; ++line) {
    text.clear();
    AppendLine(line == 1 ? OpeningMembers(kTime, end, std::nullopt) : members, keys, end, text);
    good.Feed(text);
    if (line == kChanged) text[text.find("alice")] = 'A';
    bad.Feed(text);
  }
  EXPECT_TRUE(good.Finish());
  EXPECT_EQ(good.log().lines, uint64_t{kLines});
  EXPECT_FALSE(bad.Finish());
  EXPECT_EQ(bad.problem()->line, uint64_t{kChanged});
}

}  // namespace
}  // namespace keyward::audit
