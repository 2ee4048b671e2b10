#pragma once

#include <memory>
#include <vector>

#include "engine/model/access.h"
#include "engine/model/documents.h"
#include "engine/model/keys.h"
#include "engine/model/program.h"
#include "engine/model/result.h"
#include "protocol/schema/documents_generated.h"

namespace tim::codec {

/// Documents inside facts as FlatBuffers (protocol/schema/documents.fbs). A document is written in full,
/// every default spelt out, so that a default that changes later does not change what was stored; the same
/// document gives the same bytes. Reading verifies first. Stateless and thread-safe.
class FlatDocuments : public model::DocumentFormat {
  public:
    model::Bytes encode(const model::Program& program) const override;
    model::Bytes encode(const model::AccessKey& key) const override;
    model::Bytes encode(const model::EnrollmentRecord& record) const override;
    model::Bytes encode(const model::Profile& profile) const override;
    model::Bytes encode(const std::vector<model::SaleLine>& lines) const override;
    model::Bytes encode(const model::LinesLeft& left) const override;

    model::Result<model::Program> decode_program(model::BytesView bytes) const override;
    model::Result<model::AccessKey> decode_access_key(model::BytesView bytes) const override;
    model::Result<model::EnrollmentRecord> decode_enrollment(model::BytesView bytes) const override;
    model::Result<model::Profile> decode_profile(model::BytesView bytes) const override;
    model::Result<std::vector<model::SaleLine>> decode_sale_lines(model::BytesView bytes) const override;
    model::Result<model::LinesLeft> decode_lines_left(model::BytesView bytes) const override;
};

// Between the model and the schema's tables, for messages that carry them. The tables must be verified.

/// A program table with every field set.
std::unique_ptr<schema::ProgramT> to_schema(const model::Program& program);
/// A program as it was sent, with defaults filled in, not judged yet: `model::validate` does that. Errors
/// name the field: `tiers[2].min: "12.345" has more decimals than GBP (2)`, a line each.
model::Result<model::Program> to_model(const schema::Program& table);

/// One tier of a program, and back: with a criterion of its own in any case.
std::unique_ptr<schema::TierT> to_schema(const model::Program& program, const model::Tier& tier);
model::Result<model::Tier> to_model(const schema::Tier& table, const model::Currency& currency);

/// The same with what is wrong apart, for those who tell people all of it at once.
struct ProgramReading {
    model::Program program;
    std::vector<model::ProgramFault> faults;
};
ProgramReading read_program(const schema::Program& table);

std::unique_ptr<schema::AccessKeyT> to_schema(const model::AccessKey& key);
model::Result<model::AccessKey> to_model(const schema::AccessKey& table);

}  // namespace tim::codec
