// The body of a call up to its answer: read, authorised, checked and served, by a keyring on a
// store in memory. An input begins with the method, and whether the policy grants little (1); the
// rest is the body.

#include <google/protobuf/stubs/common.h>

#include <string>
#include <utility>

#include "server/auth/policy.h"
#include "server/errors/errors.h"
#include "server/keyring/key_wrap.h"
#include "server/keyring/token.h"
#include "server/rpc/batch_message.h"
#include "server/rpc/key_service.h"
#include "server/rpc/status_mapping.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/instant_key_store.h"
#include "tests/keyring/known_keys.h"

namespace keyward::rpc {
namespace {

using store::UserState;

constexpr char kLittle[] = R"(
grants { principals: "loopback" permissions: [ENCRYPT, DECRYPT] users: "a*" }
)";

store::UserKeys User(const std::string& user_id, UserState state) {
  keyring::ExampleNonce nonce;
  return {.user_id = user_id,
          .primary_version = 1,
          .state = state,
          .versions = {keyring::WrapKey(*keyring::ExampleKeks().current(), user_id, 1,
                                        keyring::ExampleKey(), absl::UnixEpoch(), nonce)}};
}

// A server without a network, in which nobody has called yet.
struct Scene {
  Scene() {
    store.Put(User("alice", UserState::kActive));
    store.Put(User("anna", UserState::kDisabled));
    store.Put(User("arno", UserState::kDestroyed));
    store::UserKeys corrupt = User("axel", UserState::kActive);
    corrupt.versions[0].wrapped_key[20] ^= 1;
    store.Put(std::move(corrupt));
  }

  store::InstantKeyStore store;
  keyring::Keyring keyring{keyring::ExampleKeks(),
                           store,
                           keyring::SystemClock(),
                           crypto::SystemRandom(),
                           {.cache_max_users = 10'000, .cache_ttl = absl::Minutes(5)}};
  RawKeyService service;
  KeyServiceMethods methods = MakeKeyServiceMethods(service, keyring, "1", "instant");
};

const auth::Access& AccessUnder(const auth::Policy& policy) {
  return *new auth::Access(policy.AccessOf(auth::Principal::Loopback()));
}

const auth::Access& EverythingGranted() {
  static const auth::Access& access = AccessUnder(auth::Policy::WithoutFile());
  return access;
}

const auth::Access& LittleGranted() {
  static const auth::Access& access = [&]() -> const auth::Access& {
    const auto policy = auth::Policy::Parse(kLittle);
    Promise(policy.ok(), "the little policy is one");
    return AccessUnder(*policy);
  }();
  return access;
}

template <typename Request, typename Response>
struct Call {
  Request request;
  Response response;
  absl::Status status;
};

void CheckRefusal(const absl::Status& status) {
  Promise(!errors::Reason(status).empty(), "a refusal has a reason");
  Promise(status.message().size() < 200, "it does not quote the request");
  const grpc::Status told = ToGrpcStatus(status);
  Promise(static_cast<int>(told.error_code()) == status.raw_code() && !told.error_details().empty(),
          "callers are told");
}

// As rpc/unary_call.h serves a call.
template <typename Request, typename Response>
Call<Request, Response> Serve(const UnaryMethod<Request, Response>& method,
                              const auth::Access& access, std::string_view bytes) {
  Call<Request, Response> call;
  const grpc::Slice slice(bytes.data(), bytes.size());
  grpc::ByteBuffer body(&slice, 1);
  if (!grpc::SerializationTraits<Request>::Deserialize(&body, &call.request).ok()) {
    call.status = errors::InvalidRequest("the request's body is not a message of its type");
    return call;
  }
  if (method.count) Promise(method.count(call.request) > 0, "a call is charged for");
  if (method.authorize) call.status = method.authorize(access, call.request);
  int answers = 0;
  if (call.status.ok()) {
    method.handle({&access, true}, call.request, call.response, [&](absl::Status status) {
      call.status = std::move(status);
      ++answers;
    });
    Promise(answers == 1, "a call is answered once");
  }
  if (!call.status.ok()) CheckRefusal(call.status);
  AuditRecords records;
  if (method.record) method.record(call.request, call.response, call.status, records);
  return call;
}

bool IsWiped(std::string_view text) { return text.find_first_not_of('\0') == text.npos; }

v1::DecryptRequest Opening(const v1::EncryptRequest& request, const std::string& token) {
  v1::DecryptRequest opening;
  if (request.has_user_id()) {
    opening.set_user_id(request.user_id());
  } else {
    opening.set_pool(true);
  }
  opening.set_token(token);
  opening.set_associated_data(request.associated_data());
  return opening;
}

void CheckSealed(const Scene& scene, const v1::EncryptRequest& request,
                 const v1::EncryptResponse& response) {
  const auto opened = Serve(scene.methods.decrypt, EverythingGranted(),
                            Opening(request, response.token()).SerializeAsString());
  Promise(opened.status.ok() && opened.response.plaintext() == request.plaintext(),
          "what was sealed opens");
  Promise(opened.response.key_version() == response.key_version() && !opened.response.stale(),
          "under the same key");
  const bool v3 = request.token_format() == v1::TOKEN_FORMAT_V3;
  Promise(response.token().starts_with(v3 ? "v3:" : "v2:"), "in the format that was asked for");
}

void CheckOpened(const v1::DecryptRequest& request, const v1::DecryptResponse& response) {
  if (response.legacy_plaintext()) {
    Promise(request.allow_legacy_plaintext() && !keyring::HasTokenPrefix(request.token()) &&
                response.plaintext() == request.token(),
            "a plaintext comes back as it came");
    return;
  }
  const auto token = keyring::ParseToken(request.token());
  Promise(token.ok() && keyring::WriteToken(token->format, token->bytes).size() ==
                            keyring::TokenSize(response.plaintext().size(), token->format),
          "a plaintext comes out of its token");
  Promise(request.has_user_id() == response.kek_id().empty(), "a pool's key is named");
}

// Only a token that opens is rewrapped, and what it becomes opens to the same.
void CheckRewrapped(const Scene& scene, const v1::RewrapRequest& request,
                    const v1::RewrapResponse& response) {
  v1::DecryptRequest opening;
  Promise(opening.ParseFromString(request.SerializeAsString()),
          "the two requests have the same fields");
  const auto old = Serve(scene.methods.decrypt, EverythingGranted(), opening.SerializeAsString());
  opening.set_token(response.token());
  const auto fresh = Serve(scene.methods.decrypt, EverythingGranted(), opening.SerializeAsString());
  Promise(old.status.ok() && fresh.status.ok() &&
              old.response.plaintext() == fresh.response.plaintext(),
          "a rewrapped token opens to the same");
  Promise(!fresh.response.stale() && response.changed() == (response.token() != request.token()),
          "under the newest key");
}

void ServeRewrap(Scene& scene, const auth::Access& access, std::string_view body) {
  auto call = Serve(scene.methods.rewrap, access, body);
  if (call.status.ok()) CheckRewrapped(scene, call.request, call.response);
  scene.methods.rewrap.wipe_request(call.request);
  Promise(IsWiped(call.request.token()), "nothing of it stays");
}

void ServeEncrypt(Scene& scene, const auth::Access& access, std::string_view body) {
  auto call = Serve(scene.methods.encrypt, access, body);
  if (call.status.ok()) CheckSealed(scene, call.request, call.response);
  scene.methods.encrypt.wipe_request(call.request);
  Promise(IsWiped(call.request.plaintext()), "no plaintext stays");
}

void ServeDecrypt(Scene& scene, const auth::Access& access, std::string_view body) {
  auto call = Serve(scene.methods.decrypt, access, body);
  if (call.status.ok()) CheckOpened(call.request, call.response);
  scene.methods.decrypt.wipe_request(call.request);
  scene.methods.decrypt.wipe_response(call.response);
  Promise(IsWiped(call.request.token()) && IsWiped(call.response.plaintext()),
          "no plaintext stays");
}

void ServeUserKey(Scene& scene, const auth::Access& access, std::string_view body) {
  auto call = Serve(scene.methods.get_or_create_user_key, access, body);
  if (!call.status.ok()) return;
  Promise(call.response.key().size() == crypto::kKeyBytes && call.response.version() > 0, "a key");
  Promise(call.response.created() || call.request.user_id() == "alice", "is new, or alice's");
  scene.methods.get_or_create_user_key.wipe_response(call.response);
  Promise(IsWiped(call.response.key()), "no key stays");
}

void ServeTheRest(Scene& scene, const auth::Access& access, std::string_view body, bool hash) {
  if (hash) {
    const auto call = Serve(scene.methods.hash_api_key, access, body);
    Promise(!call.status.ok() || call.response.sha256_hex().size() == 64, "a hash has its size");
    return;
  }
  const auto call = Serve(scene.methods.pool_key, access, body);
  Promise(!call.status.ok() || call.response.key().size() == crypto::kKeyBytes, "so has a key");
}

template <typename Results>
Results Parsed(const BatchResponse& response) {
  Results results;
  grpc::Slice slice;
  Promise(response.body.DumpToSingleSlice(&slice).ok() &&
              results.ParseFromArray(slice.begin(), static_cast<int>(slice.size())),
          "a batch is answered with a message of its type");
  return results;
}

// Each item is answered as if it had come alone.
template <typename Results, typename Method, typename CheckItem>
void ServeBatch(const UnaryMethod<BatchRequest, BatchResponse>& batch, const Method& alone,
                const auth::Access& access, std::string_view body, const CheckItem& check) {
  auto call = Serve(batch, access, body);
  if (!call.status.ok()) return;
  const auto results = Parsed<Results>(call.response);
  Promise(*BatchReader::Count(call.request) == results.results_size(), "each item is answered");
  Promise(call.response.records.size() == static_cast<size_t>(results.results_size()),
          "and recorded");
  BatchReader reader(call.request);
  for (const auto& result : results.results()) {
    decltype(Serve(alone, access, "").request) item;
    const bool is_message = reader.Read(item);
    const auto single = Serve(alone, access, item.SerializeAsString());
    const int code = is_message ? single.status.raw_code() : 3 /* INVALID_ARGUMENT */;
    Promise(result.has_status() ? result.status().code() == code : code == 0,
            "each as if it had come alone");
    if (result.has_response() && is_message) check(item, result.response());
  }
}

void Check(std::string_view bytes) {
  FuzzInput input(bytes);
  const uint8_t method = input.Byte();
  const auth::Access& access = (method & 0x80) != 0 ? LittleGranted() : EverythingGranted();
  const std::string_view body = input.Rest();
  Scene scene;
  switch (method % 8) {
    case 0:
      return ServeEncrypt(scene, access, body);
    case 1:
      return ServeDecrypt(scene, access, body);
    case 2:
      return ServeUserKey(scene, access, body);
    case 3:
      return ServeBatch<v1::BatchEncryptResponse>(
          scene.methods.batch_encrypt, scene.methods.encrypt, access, body,
          [&](const auto& item, const auto& sealed) { CheckSealed(scene, item, sealed); });
    case 4:
      return ServeBatch<v1::BatchDecryptResponse>(
          scene.methods.batch_decrypt, scene.methods.decrypt, access, body,
          [](const auto& item, const auto& opened) { CheckOpened(item, opened); });
    case 5:
      return ServeRewrap(scene, access, body);
    case 6:
      return ServeBatch<v1::BatchRewrapResponse>(
          scene.methods.batch_rewrap, scene.methods.rewrap, access, body,
          [&](const auto& item, const auto& fresh) { CheckRewrapped(scene, item, fresh); });
    default:
      return ServeTheRest(scene, access, body, (method & 0x40) != 0);
  }
}

}  // namespace
}  // namespace keyward::rpc

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
#if GOOGLE_PROTOBUF_VERSION < 4022000
  google::protobuf::SetLogHandler(nullptr);  // a line for each id that is not UTF-8
#endif
  keyward::rpc::Check(keyward::AsText(data, size));
  return 0;
}
