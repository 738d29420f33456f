#include "server/rpc/key_admin_service.h"

#include <string>
#include <string_view>
#include <utility>

#include "server/errors/errors.h"
#include "server/keyring/key_list_filter.h"
#include "server/rpc/admin_messages.h"
#include "server/rpc/admin_rules.h"
#include "server/rpc/permissions.h"
#include "server/rpc/request_rules.h"

namespace keyward::rpc {
namespace {

using absl::Status;
using Scope = audit::Event::Scope;

// Operators' calls are few.
constexpr size_t kReady = 1;

template <typename Request>
concept NamesUser = requires(const Request& request) {
  request.user_id();
};

template <typename Request>
Status Authorize(const auth::Access& access, const Request& request) {
  if constexpr (NamesUser<Request>) return AuthorizeAdmin(access, request.user_id());
  return AuthorizeAdminOfAll(access);
}

template <typename Request>
Status CheckCommonFields(const Request& request) {
  if constexpr (NamesUser<Request>) {
    if (Status status = CheckUserId(request.user_id()); !status.ok()) return status;
  }
  if constexpr (requires { request.etag(); }) return CheckEtag(request.etag());
  return absl::OkStatus();
}

template <typename Request>
Status Check(const Request& request) {
  return CheckCommonFields(request);
}

Status Check(const v1::RotateUserKeyRequest& request) {
  if (Status status = CheckCommonFields(request); !status.ok()) return status;
  return CheckRequestId(request.request_id());
}

Status Check(const v1::ListUserKeysRequest& request) {
  return keyring::ParseKeyListFilter(request.filter()).status();
}

Status Check(const v1::BackupRequest& request) { return CheckFileName(request.file_name()); }

// What each call does with a request that was checked. `done` takes an absl::StatusOr of what there
// is to Fill the response with.
template <typename Done>
void Run(const KeyAdmin& admin, const v1::GetUserKeyRequest& request, Done done) {
  admin.lifecycle.Get(request.user_id(), std::move(done));
}

template <typename Done>
void Run(const KeyAdmin& admin, const v1::ListUserKeysRequest& request, Done done) {
  admin.list.List(request.page_size(), request.page_token(), request.filter(), std::move(done));
}

template <typename Done>
void Run(const KeyAdmin& admin, const v1::RotateUserKeyRequest& request, Done done) {
  admin.lifecycle.Rotate(request.user_id(), request.request_id(), request.etag(), std::move(done));
}

template <typename Done>
void Run(const KeyAdmin& admin, const v1::DisableUserKeyRequest& request, Done done) {
  admin.lifecycle.Disable(request.user_id(), request.version(), request.etag(), std::move(done));
}

template <typename Done>
void Run(const KeyAdmin& admin, const v1::EnableUserKeyRequest& request, Done done) {
  admin.lifecycle.Enable(request.user_id(), request.version(), request.etag(), std::move(done));
}

template <typename Done>
void Run(const KeyAdmin& admin, const v1::SetMinimumVersionRequest& request, Done done) {
  admin.lifecycle.SetMinimumVersion(request.user_id(), request.min_version(), request.etag(),
                                    std::move(done));
}

template <typename Done>
void Run(const KeyAdmin& admin, const v1::DeleteUserKeyRequest& request, Done done) {
  admin.lifecycle.Delete(request.user_id(), request.etag(), std::move(done));
}

template <typename Done>
void Run(const KeyAdmin& admin, const v1::UndeleteUserKeyRequest& request, Done done) {
  admin.lifecycle.Undelete(request.user_id(), request.etag(), std::move(done));
}

template <typename Done>
void Run(const KeyAdmin& admin, const v1::DestroyUserKeyRequest& request, Done done) {
  admin.lifecycle.Destroy(request.user_id(), request.etag(), std::move(done));
}

template <typename Done>
void Run(const KeyAdmin& admin, const v1::GetKekStatusRequest&, Done done) {
  admin.rotation.GetStatus(std::move(done));
}

template <typename Done>
void Run(const KeyAdmin& admin, const v1::RewrapUserKeysRequest& request, Done done) {
  admin.rotation.Rewrap(request.max_keys_per_second(), std::move(done));
}

template <typename Done>
void Run(const KeyAdmin& admin, const v1::RetireKekRequest& request, Done done) {
  admin.rotation.Retire(request.kek_id(), request.confirm_pool_rewrapped(), std::move(done));
}

template <typename Done>
void Run(const KeyAdmin& admin, const v1::VerifyStoreRequest&, Done done) {
  admin.upkeep.Verify(std::move(done));
}

template <typename Done>
void Run(const KeyAdmin& admin, const v1::BackupRequest& request, Done done) {
  admin.upkeep.Backup(request.file_name(), std::move(done));
}

template <typename Answer, typename Response>
void Respond(const KeyAdmin&, const Answer& answer, Response& response) {
  Fill(answer, response);
}

void Respond(const KeyAdmin& admin, const store::UserKeys& keys, v1::UserKey& response) {
  Fill(keys, admin.policy, response);
}

void Respond(const KeyAdmin& admin, const keyring::KeyPage& page,
             v1::ListUserKeysResponse& response) {
  Fill(page, admin.policy, response);
}

// The version that a call was about; 0: the user's key as a whole.
template <typename Request>
uint32_t VersionOf(const Request& request, const v1::UserKey&) {
  if constexpr (requires { request.version(); }) return request.version();
  return 0;
}
uint32_t VersionOf(const v1::RotateUserKeyRequest&, const v1::UserKey& response) {
  return response.primary_version();
}

template <typename Request, typename Response>
void Record(const Request& request, const Response& response, const Status& status,
            AuditRecords& records) {
  if constexpr (NamesUser<Request>) {
    records.Add(Scope::kUser, request.user_id(), VersionOf(request, response), status);
  } else {
    records.Add(Scope::kNone, "", 0, status);
  }
}

template <typename Request, typename Response>
void SetUp(UnaryMethod<Request, Response>& method, std::string_view name, const KeyAdmin& admin,
           decltype(method.request_call) request_call) {
  method.name = name;
  method.request_call = std::move(request_call);
  method.authorize = [](const auth::Access& access, const Request& request) {
    return Authorize(access, request);
  };
  method.handle = [admin](const CallScene&, const Request& request, Response& response, auto done) {
    if (Status status = Check(request); !status.ok()) return done(status);
    if (admin.keks.current() == nullptr) return done(errors::EncryptionDisabled());
    Run(admin, request, [&admin, &response, done = std::move(done)](auto answer) mutable {
      if (answer.ok()) Respond(admin, *answer, response);
      done(answer.status());
    });
  };
  method.record = Record<Request, Response>;
  method.ready_calls = kReady;
}

}  // namespace

KeyAdminServiceMethods MakeKeyAdminServiceMethods(RawKeyAdminService& service,
                                                  const KeyAdmin& admin) {
  KeyAdminServiceMethods made;
  SetUp(made.get_user_key, "GetUserKey", admin,
        [&service](auto... call) { service.RequestGetUserKey(call...); });
  SetUp(made.list_user_keys, "ListUserKeys", admin,
        [&service](auto... call) { service.RequestListUserKeys(call...); });
  SetUp(made.rotate_user_key, "RotateUserKey", admin,
        [&service](auto... call) { service.RequestRotateUserKey(call...); });
  SetUp(made.disable_user_key, "DisableUserKey", admin,
        [&service](auto... call) { service.RequestDisableUserKey(call...); });
  SetUp(made.enable_user_key, "EnableUserKey", admin,
        [&service](auto... call) { service.RequestEnableUserKey(call...); });
  SetUp(made.set_minimum_version, "SetMinimumVersion", admin,
        [&service](auto... call) { service.RequestSetMinimumVersion(call...); });
  SetUp(made.delete_user_key, "DeleteUserKey", admin,
        [&service](auto... call) { service.RequestDeleteUserKey(call...); });
  SetUp(made.undelete_user_key, "UndeleteUserKey", admin,
        [&service](auto... call) { service.RequestUndeleteUserKey(call...); });
  SetUp(made.destroy_user_key, "DestroyUserKey", admin,
        [&service](auto... call) { service.RequestDestroyUserKey(call...); });
  SetUp(made.get_kek_status, "GetKekStatus", admin,
        [&service](auto... call) { service.RequestGetKekStatus(call...); });
  SetUp(made.rewrap_user_keys, "RewrapUserKeys", admin,
        [&service](auto... call) { service.RequestRewrapUserKeys(call...); });
  SetUp(made.retire_kek, "RetireKek", admin,
        [&service](auto... call) { service.RequestRetireKek(call...); });
  SetUp(made.verify_store, "VerifyStore", admin,
        [&service](auto... call) { service.RequestVerifyStore(call...); });
  SetUp(made.backup, "Backup", admin, [&service](auto... call) { service.RequestBackup(call...); });
  return made;
}

}  // namespace keyward::rpc
