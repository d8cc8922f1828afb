#ifndef HOLDFAST_CCURL_H
#define HOLDFAST_CCURL_H
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <signal.h>
#include <sys/socket.h>

// Swift does not see functions of variable arguments: one of fixed types for each kind of option.

typedef size_t (*holdfast_curl_piece)(char *buffer, size_t size, size_t count, void *context);
typedef int (*holdfast_curl_progress)(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d);

// A server that hangs up while TLS writes to it must not end the program.
static inline int holdfast_curl_start(void) {
  signal(SIGPIPE, SIG_IGN);
  return (int)curl_global_init(CURL_GLOBAL_ALL);
}

// Lets go of the connection without a farewell, for whose answer libcurl would wait two minutes.
static inline void holdfast_curl_hang_up(void *handle) {
  curl_socket_t connection = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &connection) == CURLE_OK && connection != CURL_SOCKET_BAD) {
    shutdown(connection, SHUT_RDWR);
  }
}

static inline void *holdfast_curl_make(void) { return curl_easy_init(); }
static inline void holdfast_curl_end(void *handle) { curl_easy_cleanup(handle); }
static inline void holdfast_curl_clear(void *handle) { curl_easy_reset(handle); }
static inline CURLcode holdfast_curl_perform(void *handle) { return curl_easy_perform(handle); }

static inline CURLcode holdfast_curl_number(void *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

// The text is copied.
static inline CURLcode holdfast_curl_text(void *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

// The bytes are copied.
static inline CURLcode holdfast_curl_bytes(void *handle, CURLoption option, const void *bytes, size_t count) {
  struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
  return curl_easy_setopt(handle, option, &blob);
}

// The list is not copied: it must last as long as the transfer.
static inline CURLcode holdfast_curl_list(void *handle, CURLoption option, struct curl_slist *list) {
  return curl_easy_setopt(handle, option, list);
}

// Holds the server's certificate against those that are trusted; `tls` false: in the open, no TLS asked for.
static inline void holdfast_curl_security(void *handle, int tls) {
  curl_easy_setopt(handle, CURLOPT_USE_SSL, (long)(tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
}

// What is to be sent comes out of `read`, what the server says goes into `heard`, and `progress` may end it all by a 1.
static inline void holdfast_curl_callbacks(
    void *handle, holdfast_curl_piece read, holdfast_curl_piece heard, holdfast_curl_progress progress, void *context) {
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, read);
  curl_easy_setopt(handle, CURLOPT_READDATA, context);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, heard);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, heard);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, progress);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context);
}

#endif
