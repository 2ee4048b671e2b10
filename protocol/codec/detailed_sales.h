#pragma once

#include <deque>
#include <span>
#include <vector>

#include "engine/model/effect.h"
#include "protocol/codec/messages.h"

// Sales and returns that name more than an amount, and orders with lines whose figures are asked for:
// messages of tables, each row with an answer that tells every effect.
// Stateless and thread-safe, as messages.h.
namespace tim::codec {

/// Server: appends a command per row, or nothing and an error of kind `invalid` that names the row and the
/// field. Commands point to their details, which go to the end of `details` (a deque: they stay where they
/// are), and into the payload.
model::Result<void> decode_detailed_sales(const schema::DetailedSaleBatch& batch, model::ProgramId program,
                                          std::deque<model::SaleDetails>& details,
                                          std::vector<model::Command>& commands);

/// Server: a whole frame. `effects[i]` belongs to `outcomes[i]`, and is empty for a sale that was refused.
void append_detailed_sale_results(ByteBuffer& out, std::uint32_t correlation,
                                  std::span<const model::Outcome> outcomes,
                                  std::span<const std::vector<model::Effect>> effects);

/// Client: a row for a sale or return that is named by a receipt, or for a balance, with details or without.
/// An error when it does not fit the protocol.
model::Result<schema::DetailedSaleT> to_detailed_sale(const model::Command& sale);

/// Client: at most kMaxDetailedSalesPerRequest rows, at least one.
void append_detailed_sales(ByteBuffer& out, std::uint32_t correlation, std::string_view program,
                           std::span<const schema::DetailedSaleT> rows);

}  // namespace tim::codec
