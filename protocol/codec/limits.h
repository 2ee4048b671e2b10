#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/model/access.h"
#include "engine/model/keys.h"
#include "engine/model/name.h"
#include "engine/model/program.h"
#include "engine/model/sale_line.h"

// Every bound of the protocol, and how the bounds hang together. PROTOCOL.md lists them for authors of
// clients.
namespace tim::codec {

/// The version that a Hello must name.
inline constexpr std::uint16_t kProtocolVersion = 1;

inline constexpr std::size_t kFrameHeaderBytes = 8;
/// Payloads are whole multiples of this, so that every payload in a stream of frames is aligned like the
/// first.
inline constexpr std::size_t kFrameAlignment = 8;

/// A payload's greatest length until the peer has proved who it is.
inline constexpr std::size_t kMaxHelloBytes = 4 * 1024;
/// A request's greatest payload after that.
inline constexpr std::size_t kMaxRequestBytes = 4 * 1024 * 1024;
/// A reply's greatest payload.
inline constexpr std::size_t kMaxReplyBytes = 8 * 1024 * 1024;

inline constexpr std::size_t kMaxRowsPerRequest = 10'000;
inline constexpr std::size_t kMaxEnrollmentsPerRequest = 4'000;
inline constexpr std::size_t kMaxDetailedSalesPerRequest = 220;
/// Effects of one sale: a transaction's facts are counted in a byte.
inline constexpr std::size_t kMaxEffectsPerSale = 255;
inline constexpr std::size_t kMaxCustomersPerPage = 1'000;
inline constexpr std::size_t kMaxHistoryPerPage = 1'000;
inline constexpr std::size_t kMaxOrdersPerPage = 1'000;
inline constexpr std::size_t kMaxVouchersPerPage = 1'000;
inline constexpr std::size_t kMaxCarePerPage = 1'000;
inline constexpr std::size_t kMaxFactsPerPage = 5'000;
/// How long a FollowRequest may wait for something to tell.
inline constexpr std::uint32_t kMaxFollowWaitMs = 60'000;

/// Greatest length of a text in `texts`, of a customer's name and of a reason, in bytes of UTF-8. Many rows
/// may point at one text: the bound keeps what a request makes the server copy within a small multiple of its
/// size.
inline constexpr std::size_t kMaxTextBytes = 512;
/// Greatest length of a referral code as typed.
inline constexpr std::size_t kMaxReferralBytes = 64;
/// Greatest number of texts of a batch: a row has at most a customer and a reason.
inline constexpr std::size_t kMaxTextsPerRequest = 2 * kMaxRowsPerRequest;
/// Greatest length of a client's name and version in a Hello.
inline constexpr std::size_t kMaxClientNameBytes = 128;
using model::kMaxAccessKeyIdBytes;
inline constexpr std::size_t kMaxProgramsPerAccessKey = 64;

/// How long a hold may last, in milliseconds.
inline constexpr std::int64_t kMaxHoldMs = 7 * 24 * 3'600'000;

/// A program's greatest length as a JSON file and as a FlatBuffer.
inline constexpr std::size_t kMaxProgramBytes = 1024 * 1024;

/// Nesting of tables: Request, ProgramPut, Program, Campaign, a condition and what it consists of.
inline constexpr std::uint32_t kMaxTableDepth = 16;
static_assert(5 + model::kMaxConditionDepth <= kMaxTableDepth, "every campaign that is allowed can be sent");
/// Tables of one message. Several offsets may point at one table, which is then verified several times.
inline constexpr std::uint32_t kMaxTables = 70'000;

inline constexpr std::size_t kSaleRowBytes = 72;
inline constexpr std::size_t kSaleResultBytes = 48;
inline constexpr std::size_t kCommandRowBytes = 160;
inline constexpr std::size_t kCommandResultBytes = 80;

static_assert(kFrameHeaderBytes % kFrameAlignment == 0, "else payloads are not aligned behind their headers");
static_assert(kMaxHelloBytes % kFrameAlignment == 0 && kMaxRequestBytes % kFrameAlignment == 0 &&
                  kMaxReplyBytes % kFrameAlignment == 0,
              "a payload of exactly the greatest length is allowed");
static_assert(kMaxRowsPerRequest * kCommandRowBytes + kMaxTextBytes <= kMaxRequestBytes / 2,
              "a full batch fits, and as much room again for texts");
static_assert(kMaxRowsPerRequest * kCommandResultBytes + kMaxTextBytes <= kMaxReplyBytes,
              "a full batch can be answered");
static_assert(kMaxEnrollmentsPerRequest * (2 + model::kMaxKeysPerCustomer) + 8 <= kMaxTables,
              "a full batch of enrolments with all their keys is within the verifier's bound");
static_assert(kMaxDetailedSalesPerRequest * (1 + kMaxEffectsPerSale) + 8 <= kMaxTables &&
                  kMaxDetailedSalesPerRequest * (kCommandResultBytes + 128 + kMaxEffectsPerSale * 128 +
                                                 3 * model::kMaxVoucherCampaigns * 128) <=
                      kMaxReplyBytes,
              "detailed sales can be answered, whatever they led to");
static_assert(kMaxDetailedSalesPerRequest *
                      (1'024 + kMaxReferralBytes + 2 * kMaxTextBytes +
                       model::kMaxSaleLines * (model::kMaxSkuBytes + model::kMaxCategoryBytes + 64)) <=
                  kMaxRequestBytes,
              "detailed sales with all their lines fit a request");
static_assert(kMaxCustomersPerPage *
                      (model::kMaxKeysPerCustomer * (model::kMaxEmailBytes + 32) + kMaxTextBytes + 256) <=
                  kMaxReplyBytes,
              "the largest page of customers fits a reply");
static_assert(kMaxHistoryPerPage * (kMaxTextBytes + 512) <= kMaxReplyBytes,
              "the largest page of history fits a reply");
static_assert(kMaxOrdersPerPage * 512 <= kMaxReplyBytes, "the largest page of orders fits a reply");
static_assert(kMaxVouchersPerPage * 768 <= kMaxReplyBytes, "the largest page of vouchers fits a reply");
static_assert(kMaxCarePerPage * (2 * kMaxTextBytes + 768) <= kMaxReplyBytes,
              "the largest page of the care calendar fits a reply");
static_assert(model::kMaxRewards * (768 + model::kMaxTiers * (model::kMaxProgramIdBytes + 8)) <=
                  kMaxReplyBytes,
              "the largest catalogue fits a reply");
static_assert(kMaxFactsPerPage * 512 <= kMaxReplyBytes && kMaxFactsPerPage < kMaxTables,
              "the largest page of the ledger fits a reply: a fact has no texts but its type and its name");
static_assert(kMaxFactsPerPage * (3 + model::kMaxKeysPerCustomer) + 8 <= kMaxTables,
              "the largest page of changes, enrolments all of them, is within the verifier's bound");
static_assert(kMaxTextBytes >= model::kMaxEmailBytes && kMaxTextBytes >= model::kMaxCardBytes,
              "every key fits a text");
static_assert(kMaxProgramBytes < kMaxRequestBytes && kMaxProgramBytes < kMaxReplyBytes,
              "a program travels in one message");
static_assert(kMaxHelloBytes >= 3 * (kMaxClientNameBytes + kMaxAccessKeyIdBytes + 64), "a Hello fits");
static_assert(kMaxHelloBytes >= 512 + kMaxProgramsPerAccessKey * (model::kMaxProgramIdBytes + 12),
              "a Welcome fits what a client takes before it knows the server");

}  // namespace tim::codec
