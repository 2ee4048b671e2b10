#include "bench/load/detailed_sales.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace tim::bench {
namespace {

/// A text that is padded with zeros.
std::string_view text_of(const ::flatbuffers::Array<std::uint8_t, 24>& bytes) {
    const auto* const begin = bytes.data();
    return {reinterpret_cast<const char*>(begin),
            static_cast<std::size_t>(std::find(begin, begin + bytes.size(), 0) - begin)};
}

}  // namespace

void DetailedSales::append(codec::ByteBuffer& out, std::uint32_t correlation,
                           std::span<const schema::SaleRow> rows) {
    builder_.Clear();
    std::vector<flatbuffers::Offset<schema::DetailedSale>> sales;
    sales.reserve(rows.size());
    for (const schema::SaleRow& row : rows) {
        const auto phone = builder_.CreateString(text_of(*row.customer().bytes()));
        const auto number = builder_.CreateString(text_of(*row.number().bytes()));
        flatbuffers::Offset<flatbuffers::String> code;
        if (names_codes_ && !codes_.empty()) {
            code = builder_.CreateString(codes_.front());
            codes_.pop_front();
        }
        schema::CustomerKeyBuilder key(builder_);
        key.add_kind(row.customer_kind());
        key.add_text(phone);
        const auto customer = key.Finish();
        schema::DetailedSaleBuilder sale(builder_);
        sale.add_terminal(row.terminal());
        sale.add_number(number);
        sale.add_customer(customer);
        sale.add_at_ms(row.at_ms());
        sale.add_amount(row.amount());
        if (!code.IsNull()) sale.add_referral(code);
        sales.push_back(sale.Finish());
    }
    const auto batch = schema::CreateDetailedSaleBatch(builder_, builder_.CreateString(program_),
                                                       builder_.CreateVector(sales));
    builder_.Finish(schema::CreateRequest(builder_, schema::RequestBody::DetailedSaleBatch, batch.Union()));
    codec::append_frame(out, correlation, builder_);
}

void DetailedSales::take(const schema::DetailedSaleResult& row, std::int64_t amount_minor,
                         Acknowledged& acknowledged) {
    acknowledged.spend_minor += amount_minor;
    if (row.effects() != nullptr) {
        for (const schema::Effect* effect : *row.effects())
            if (effect->subject() == schema::SubjectKind::customer) acknowledged.points += effect->points();
    }
    if (names_codes_ && row.code() != nullptr && codes_.size() < kMaxCodes)
        codes_.push_back(row.code()->str());
}

}  // namespace tim::bench
