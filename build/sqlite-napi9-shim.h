// Forced into better-sqlite3's C++ with -include: lets Node-API 9 hold persistent references to strings, which only version 10
// can do by itself, by boxing the string in an array. For tests on an older runtime; never shipped.
#ifndef CLAWBACK_SQLITE_NAPI9_SHIM_H
#define CLAWBACK_SQLITE_NAPI9_SHIM_H
#include <node_api.h>
#include <unordered_set>

namespace napi9 {

inline std::unordered_set<napi_ref>& boxed() {
  static thread_local std::unordered_set<napi_ref> references;
  return references;
}

inline bool can_be_referenced(napi_valuetype type) {
  return type == napi_object || type == napi_function || type == napi_external;
}

inline napi_status create(napi_env env, napi_value value, uint32_t count, napi_ref* result) {
  napi_valuetype type;
  napi_status status = napi_typeof(env, value, &type);
  if (status != napi_ok) return status;
  if (can_be_referenced(type)) return napi_create_reference(env, value, count, result);
  napi_value box;
  if ((status = napi_create_array_with_length(env, 1, &box)) != napi_ok) return status;
  if ((status = napi_set_element(env, box, 0, value)) != napi_ok) return status;
  if ((status = napi_create_reference(env, box, count, result)) != napi_ok) return status;
  boxed().insert(*result);
  return napi_ok;
}

inline napi_status value(napi_env env, napi_ref reference, napi_value* result) {
  napi_status status = napi_get_reference_value(env, reference, result);
  if (status == napi_ok && *result && boxed().count(reference)) return napi_get_element(env, *result, 0, result);
  return status;
}

inline napi_status destroy(napi_env env, napi_ref reference) {
  boxed().erase(reference);
  return napi_delete_reference(env, reference);
}

}  // namespace napi9

#define napi_create_reference napi9::create
#define napi_get_reference_value napi9::value
#define napi_delete_reference napi9::destroy
#endif
