#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/segment.h"
#include "engine/runtime/care_queries.h"
#include "engine/runtime/follow_queries.h"
#include "engine/runtime/identity_queries.h"
#include "engine/runtime/network_queries.h"
#include "engine/runtime/relation_queries.h"
#include "engine/runtime/reward_queries.h"

namespace tim::server::test {

/// One open task, 12, behind which there is a page more; one that is done; one birthday.
class FakeCare final : public runtime::CareQueries {
  public:
    model::Result<runtime::CarePage> care_calendar(model::ProgramId, const runtime::CareFilter&,
                                                   const runtime::CareCursor&, std::size_t) override {
        return runtime::CarePage{{task(model::CarePhase::open)}, {{1'000}, {12}}};
    }
    model::Result<runtime::CarePage> care_of(model::ProgramId, const model::CustomerRef&, model::Sequence,
                                             std::size_t) override {
        return runtime::CarePage{{task(model::CarePhase::done)}, {}};
    }
    model::Result<std::vector<runtime::BirthdayView>> birthdays(model::ProgramId, model::Instant from,
                                                                std::int32_t days) override {
        if (days > runtime::kMaxBirthdayDays)
            return model::failure(model::ErrorKind::invalid, "too many days");
        return std::vector<runtime::BirthdayView>{{from, {7}, "card:1", "Lan", ""}};
    }

  private:
    static runtime::CareView task(model::CarePhase phase) {
        return {{12}, {7}, "card:1", "Lan", phase, model::CareKind::visit, {1'000}, 0, "", "hỏi mẫu", {900}};
    }
};

/// One voucher, "2J7QXW9TB3MC", of customer 7, and a catalogue of its reward.
class FakeRewards final : public runtime::RewardQueries {
  public:
    model::Result<runtime::VoucherView> voucher(model::ProgramId, std::string_view code) override {
        if (code != "2J7QXW9TB3MC")
            return model::failure(model::ErrorKind::not_found, "there is no such voucher code");
        runtime::VoucherView view;
        view.id = {12};
        view.code = code;
        view.reward = "v50";
        view.value = {50'000};
        view.cost = {100};
        view.customer = {7};
        view.phase = model::VoucherPhase::reserved;
        view.reserved_until = {99};
        view.expires_at = {1'000};
        return view;
    }
    model::Result<runtime::VouchersPage> vouchers(model::ProgramId program, const model::CustomerRef&,
                                                  model::Sequence before, std::size_t limit) override {
        runtime::VouchersPage page;
        for (std::uint64_t id = before.value == 0 ? 3 : before.value - 1; id > 0; --id) {
            if (page.rows.size() == limit) {
                page.next = page.rows.back().id;
                break;
            }
            page.rows.push_back(*voucher(program, "2J7QXW9TB3MC"));
            page.rows.back().id = {id};
        }
        return page;
    }
    model::Result<std::vector<runtime::RewardView>> catalogue(model::ProgramId,
                                                              const model::CustomerRef& customer) override {
        auto program = std::make_shared<model::Program>();
        program->currency = {"VND", 0};
        program->time_zone = "Asia/Ho_Chi_Minh";
        program->rewards.resize(1);
        program->rewards[0].id = "v50";
        program->rewards[0].cost = {100};
        program->rewards[0].value = {50'000};
        program->rewards[0].stock = 5;
        const bool named = customer.kind != model::KeyKind::none;
        return std::vector<runtime::RewardView>{
            {program,
             0,
             2,
             {named ? 95 : 100},
             named ? model::Refusal::insufficient_points : model::Refusal::none,
             80}};
    }
};

/// A network of one VIP, 7, with two members.
/// A segment of two customers, 7 and 8; every expression but "wrong" is one.
class FakeRelations final : public runtime::RelationQueries {
  public:
    model::Result<runtime::SegmentCount> segment_count(model::ProgramId, std::string_view segment) override {
        if (segment == "wrong") return tl::unexpected(model::segment_error(1, "that is wrong"));
        return runtime::SegmentCount{2, 9};
    }
    model::Result<runtime::SegmentPage> segment(model::ProgramId, std::string_view, model::CustomerId after,
                                                std::size_t limit) override {
        runtime::SegmentPage page;
        for (std::uint64_t id = std::max<std::uint64_t>(after.value + 1, 7); id <= 8; ++id) {
            if (page.rows.size() == limit) {
                page.next = page.rows.back().id;
                break;
            }
            page.rows.emplace_back().id = {id};
            page.rows.back().classes.source = "facebook";
        }
        return page;
    }
    model::Result<runtime::SegmentReport> segment_report(model::ProgramId, std::string_view,
                                                         const std::vector<runtime::Dimension>& by) override {
        runtime::SegmentReport report;
        report.rows.push_back({{"facebook", std::to_string(by.size())}, 2, 3, {400}, {50}, {6}});
        report.total = {{}, 2, 3, {400}, {50}, {6}};
        return report;
    }
};

class FakeNetwork final : public runtime::NetworkQueries {
  public:
    model::Result<runtime::VipView> vip(model::ProgramId, const model::CustomerRef&) override {
        runtime::VipView view;
        view.id = {7};
        view.customer_class = core::CustomerClass::vip;
        view.members = 2;
        view.rate_bp = 300;
        view.available = {500};
        view.payouts.push_back({{9}, {7}, {400}, true, {1'000}});
        return view;
    }
    model::Result<runtime::MembersPage> members(model::ProgramId, const model::CustomerRef&,
                                                model::CustomerId after, std::size_t limit) override {
        runtime::MembersPage page;
        for (std::uint64_t id = std::max<std::uint64_t>(after.value, 7) + 1; id <= 9; ++id) {
            if (page.rows.size() == limit) {
                page.next = page.rows.back().id;
                break;
            }
            page.rows.emplace_back().id = {id};
            page.rows.back().vip = {7};
        }
        return page;
    }
    model::Result<std::vector<runtime::HistoryEntry>> statement(model::ProgramId, const model::CustomerRef&,
                                                                model::Sequence, std::size_t) override {
        std::vector<runtime::HistoryEntry> entries(1);
        model::Fact& fact = entries[0].stored.fact;
        entries[0].stored.sequence = {12};
        fact.type = model::FactType::commission_accrued;
        fact.subject = model::Subject::of(model::SubjectKind::wallet, {1}, 7);
        fact.party = {8, 11, 0};
        return entries;
    }
    model::Result<std::vector<runtime::PayoutView>> payouts(model::ProgramId, model::CustomerId,
                                                            std::size_t) override {
        return std::vector<runtime::PayoutView>{{{9}, {7}, {400}, true, {1'000}}};
    }
    model::Result<runtime::ReferralView> referral(model::ProgramId, const model::CustomerRef&,
                                                  std::size_t) override {
        runtime::ReferralView view;
        view.id = {7};
        view.brought = 1;
        view.points = {20};
        view.rows.push_back({{8}, {11}, "1/A1", {1'000}, {20}});
        return view;
    }
    model::Result<runtime::CodeView> code(model::ProgramId, const model::Name&) override {
        return runtime::CodeView{"ABCDEFGHJKMN", runtime::CodeState::open, {2'000}};
    }
};

/// A ledger of sales of 100 that earn 10, all of customer 7's, up to the sequence that is durable.
class FakeFollowing final : public runtime::FollowQueries {
  public:
    explicit FakeFollowing(const std::atomic<std::uint64_t>& durable) : durable_(durable) {}

    model::Sequence committed() const override { return {durable_.load()}; }
    model::Result<runtime::ChangePage> changes(model::ProgramId program, model::Sequence after,
                                               std::size_t limit, runtime::Sees asked) override {
        sees = asked;
        ++looks;
        runtime::ChangePage page;
        page.last = committed();
        page.through = after;
        if (after > page.last)
            return model::failure(model::ErrorKind::invalid,
                                  "after: the ledger ends at " + std::to_string(page.last.value));
        while (page.through < page.last && page.changes.size() < limit) {
            runtime::Change change;
            change.sequence = page.through = {page.through.value + 1};
            change.fact.type = model::FactType::sale;
            change.fact.subject = model::Subject::customer(program, {7});
            change.fact.amount = {100};
            change.fact.points = {10};
            change.fact.month = {600};
            change.figures = core::change_of(change.fact);
            page.changes.push_back(change);
        }
        return page;
    }

    std::atomic<runtime::Sees> sees = runtime::Sees::figures;
    std::atomic<int> looks = 0;

  private:
    const std::atomic<std::uint64_t>& durable_;
};

/// Every code is 104417, of customer 7's.
class FakeIdentity final : public runtime::IdentityQueries {
  public:
    model::Result<runtime::OneTimeCode> issue_code(model::ProgramId, const model::CustomerRef&,
                                                   core::ChallengePurpose, const RequestId&) override {
        return runtime::OneTimeCode{core::ChallengeState::issued, false, "104417", {300'000}, 0};
    }
    model::Result<runtime::CodeVerdict> verify_code(model::ProgramId, const model::CustomerRef&,
                                                    core::ChallengePurpose asked, std::string_view code,
                                                    const RequestId&) override {
        purpose = asked;
        if (code != "104417") return runtime::CodeVerdict{core::ChallengeState::wrong, false, 4, {}};
        return runtime::CodeVerdict{core::ChallengeState::verified, false, 0, {7}};
    }

    /// Customer 7 has the password "correct horse".
    model::Result<runtime::PasswordVerdict> set_password(model::ProgramId, const model::CustomerRef&,
                                                         std::string_view password, const RequestId&,
                                                         std::uint32_t) override {
        set = password;
        runtime::PasswordVerdict verdict{runtime::PasswordState::set, 0, {7}, {}};
        verdict.outcome.sequence = {12};
        return verdict;
    }
    model::Result<runtime::PasswordVerdict> check_password(model::ProgramId, const model::CustomerRef&,
                                                           std::string_view password) override {
        const bool right = password == "correct horse";
        return runtime::PasswordVerdict{
            right ? runtime::PasswordState::right : runtime::PasswordState::wrong, 0, {7}, {}};
    }

    core::ChallengePurpose purpose = core::ChallengePurpose::login;
    std::string set;
};

/// An engine that keeps no rules: every command is accepted, gets the next sequence and earns a tenth of its
/// amount. What is durable is told by the test, or follows at once.
class FakeEngine final : public runtime::Engine {
  public:
    struct Seen {
        model::CommandKind kind;
        model::ProgramId program;
        model::Money amount;
        std::string customer;
    };

    using Engine::execute;
    void flush() override {}
    void execute(std::span<const model::Command> commands, std::span<model::Outcome> outcomes,
                 runtime::Follows) override {
        const std::lock_guard lock(mutex_);
        ++batches;
        for (std::size_t i = 0; i < commands.size(); ++i)
            outcomes[i] = decide(commands[i]);
        if (durable_at_once) durable_.store(last_.load());
    }
    model::Sequence durable() const override { return {durable_.load()}; }
    void on_durable(std::function<void()> notify) override { notify_ = std::move(notify); }
    void on_fatal(std::function<void(const model::Error&)>) override {}
    void on_space(std::function<void(const runtime::SpaceNotice&)>) override {}

    std::optional<model::ProgramId> find_program(std::string_view id) const override {
        if (id == "shop") return model::ProgramId{1};
        if (id == "other") return model::ProgramId{2};
        return std::nullopt;
    }
    std::shared_ptr<const model::AccessKey> find_access_key(std::string_view id) const override {
        const std::lock_guard lock(mutex_);
        const auto found = keys_.find(std::string(id));
        return found == keys_.end() ? nullptr : found->second;
    }
    model::Result<runtime::ProgramVersion> program(model::ProgramId id, model::VersionId) const override {
        runtime::ProgramVersion version;
        auto program = std::make_shared<model::Program>();
        program->id = id.value == 1 ? "shop" : "other";
        version.program = program;
        version.id = id;
        version.version = {1};
        version.versions = 1;
        return version;
    }
    /// The sale of that sequence earned five points.
    std::vector<model::Effect> effects(model::Sequence first) const override {
        model::Effect effect;
        effect.sequence = first;
        effect.type = model::FactType::sale;
        effect.subject = model::SubjectKind::customer;
        effect.subject_id = 7;
        effect.points = {5};
        return {effect};
    }
    std::vector<runtime::ProgramVersion> programs() const override {
        return {*program({1}, {}), *program({2}, {})};
    }
    std::vector<model::AccessKey> access_keys() const override {
        const std::lock_guard lock(mutex_);
        std::vector<model::AccessKey> keys;
        for (const auto& [id, key] : keys_)
            keys.push_back(*key);
        return keys;
    }
    model::Result<runtime::CustomerView> show(model::ProgramId, const model::CustomerRef& customer) override {
        if (customer.text == "nobody")
            return model::failure(model::ErrorKind::not_found, "no customer has that key");
        runtime::CustomerView view;
        view.id = {7};
        view.name = "An";
        view.points = {static_cast<std::int64_t>(last_.load())};
        return view;
    }
    model::Result<std::vector<runtime::HistoryEntry>> history(model::ProgramId, const model::CustomerRef&,
                                                              model::Sequence, std::size_t limit) override {
        std::vector<runtime::HistoryEntry> entries(std::min<std::size_t>(limit, 3));
        std::uint64_t sequence = 30;
        for (auto& entry : entries) {
            entry.stored.sequence = {sequence--};
            entry.stored.fact.type = model::FactType::sale;
            entry.stored.fact.subject = model::Subject::customer({1}, {7});
        }
        return entries;
    }
    model::Result<std::vector<runtime::CustomerView>> customers(model::ProgramId, model::CustomerId after,
                                                                std::size_t limit) override {
        std::vector<runtime::CustomerView> page;
        for (std::uint64_t id = after.value + 1; id <= 5 && page.size() < limit; ++id) {
            page.emplace_back().id = {id};
        }
        return page;
    }
    /// Seven facts, of which every third is of a receipt.
    model::Result<runtime::LedgerPage> ledger(model::ProgramId program, model::Sequence after,
                                              std::size_t limit) override {
        runtime::LedgerPage page;
        page.last = {7};
        for (std::uint64_t at = after.value + 1; at <= 7; ++at) {
            if (page.facts.size() == limit) {
                page.next = page.facts.back().sequence;
                break;
            }
            model::Fact fact;
            fact.type = at % 3 == 0 ? model::FactType::receipt_reduced : model::FactType::sale;
            fact.position = at % 3 == 0 ? 1 : 0;
            fact.subject = model::Subject::of(
                at % 3 == 0 ? model::SubjectKind::receipt : model::SubjectKind::customer, program, at);
            fact.amount = {static_cast<std::int64_t>(at)};
            page.facts.push_back({{at}, fact, {}});
        }
        return page;
    }
    model::Result<runtime::AuditPage> audit(const runtime::AuditQuery& query) override {
        runtime::AuditPage page;
        page.last = {7};
        if (query.after.value >= 7) return page;
        model::Fact fact;
        fact.type = model::FactType::adjusted;
        fact.subject = model::Subject::customer({1}, {42});
        fact.name_kind = model::NameKind::request;
        fact.terminal = {1};
        runtime::HistoryEntry entry;
        entry.stored = {{7}, fact, {}};
        entry.reason = "gift";
        page.entries.push_back(entry);
        return page;
    }
    runtime::NetworkQueries& network() override { return network_; }
    runtime::RelationQueries& relations() override { return relations_; }
    runtime::RewardQueries& rewards() override { return rewards_; }
    runtime::FollowQueries& following() override { return followed; }
    runtime::IdentityQueries& identity() override { return identities; }
    runtime::CareQueries& care() override { return care_; }
    model::Result<runtime::VerifyReport> verify(
        const std::function<void(std::uint64_t, std::uint64_t)>& progress) override {
        progress(1, 2);
        if (verify_error) return tl::unexpected(*verify_error);
        return runtime::VerifyReport{2, 1, 0, {}};
    }
    model::Result<runtime::CustomerView> show_as_of(model::ProgramId program,
                                                    const model::CustomerRef& customer,
                                                    model::Instant as_of) override {
        auto view = show(program, customer);
        if (view) view->last_order_at = as_of;
        return view;
    }
    /// In the lower of two tiers.
    model::Result<runtime::StandingView> standing(model::ProgramId, const model::CustomerRef&) override {
        auto program = std::make_shared<model::Program>();
        program->currency = {"VND", 0};
        program->tiers.resize(2);
        program->tiers[0].id = "dong";
        program->tiers[1].id = "bac";
        program->tiers[1].min = 3'000'000;
        runtime::StandingView view;
        view.id = {7};
        view.version = {1};
        view.program = program;
        view.next = std::uint8_t{1};
        view.tiers = {{0, 1'000, 0, model::Money{}}, {1, 1'000, 2'999'000, model::Money{2'999'000}}};
        return view;
    }
    model::Result<runtime::Explanation> explain(model::ProgramId, const model::Name& receipt) override {
        runtime::Explanation explanation;
        explanation.receipt = model::format_name(receipt);
        explanation.customer = {7};
        runtime::ExplainedLine& line = explanation.lines.emplace_back();
        line.stored.sequence = {12};
        line.stored.fact.type = model::FactType::sale;
        line.stored.fact.subject = model::Subject::customer({1}, {7});
        line.rule = "points.earn";
        line.points = {9};
        line.sentence = "It earns 9.";
        return explanation;
    }
    /// 9/W1 alone is an order.
    model::Result<runtime::OrderView> order(model::ProgramId, const model::Name& receipt) override {
        if (receipt != model::Name::receipt({9}, "W1"))
            return model::failure(model::ErrorKind::not_found, "there is no order of that receipt");
        runtime::OrderView view;
        view.id = {12};
        view.receipt = receipt;
        view.customer = {7};
        view.phase = model::OrderPhase::placed;
        view.amount = {95'000};
        view.points = {9};
        view.status = "đang giao";
        view.waybill = "GHN1";
        view.placed_at = {1'000};
        view.changed_at = {2'000};
        return view;
    }
    model::Result<runtime::OrdersPage> orders(model::ProgramId program, const model::CustomerRef&,
                                              bool pending, model::Sequence before,
                                              std::size_t limit) override {
        runtime::OrdersPage page;
        if (pending) page.rows.push_back(*order(program, model::Name::receipt({9}, "W1")));
        page.next = {before.value + limit};
        return page;
    }
    /// Everybody who is asked for moves.
    model::Result<runtime::WhatIf> what_if(model::ProgramId, const model::Program&,
                                           const runtime::WhatIfQuery& query) override {
        runtime::WhatIf answer;
        answer.version = {1};
        answer.customers = 5;
        answer.moves = {{5, 0, 1}};
        for (std::uint64_t id = query.after.value + 1; id <= 5 && answer.rows.size() < query.limit; ++id)
            answer.rows.push_back({{id}, {}, 0, 1, {}, {}, {}});
        if (!answer.rows.empty() && answer.rows.back().id.value < 5) answer.next = answer.rows.back().id;
        return answer;
    }
    model::Result<runtime::RecomputeReport> recompute(
        model::ProgramId, const std::function<void(std::uint64_t, std::uint64_t)>& progress) override {
        progress(5, 5);
        return runtime::RecomputeReport{{1}, 5, 2, {{2, 0, 1}}};
    }
    std::vector<runtime::Stat> stats() const override { return {{"facts", 3, ""}}; }
    bool step_commit() override { return false; }
    bool step_sweep() override { return false; }
    model::Result<void> checkpoint() override { return {}; }
    model::Result<void> stop() override { return {}; }

    // ---- for the test

    void add_key(model::AccessKey key) {
        const std::lock_guard lock(mutex_);
        auto id = key.id;
        keys_[id] = std::make_shared<const model::AccessKey>(std::move(key));
    }
    /// Everything executed so far becomes durable, and the listener hears of it.
    void make_durable() {
        durable_.store(last_.load());
        if (notify_) notify_();
    }
    std::vector<Seen> seen() const {
        const std::lock_guard lock(mutex_);
        return seen_;
    }
    std::uint64_t last() const { return last_.load(); }

    bool durable_at_once = true;
    std::optional<model::Error> verify_error;
    std::size_t batches = 0;
    FakeFollowing followed{durable_};
    FakeIdentity identities;

  private:
    model::Outcome decide(const model::Command& command) {
        model::Outcome outcome;
        seen_.push_back({command.kind, command.program, command.amount, std::string(command.customer.text)});
        if (command.kind == model::CommandKind::revoke_access_key) {
            auto key = *command.access_key;
            keys_[key.id] = std::make_shared<const model::AccessKey>(key);
        } else if (command.kind == model::CommandKind::add_access_key) {
            keys_[command.access_key->id] = std::make_shared<const model::AccessKey>(*command.access_key);
        } else if (command.kind != model::CommandKind::put_program && command.program.value == 0) {
            outcome.refusal = model::Refusal::unknown_program;
            return outcome;
        }
        outcome.points = {command.amount.value / 10};
        outcome.depends_on = outcome.sequence = {++last_};
        return outcome;
    }

    std::atomic<std::uint64_t> durable_{0};
    FakeNetwork network_;
    FakeRelations relations_;
    FakeRewards rewards_;
    FakeCare care_;
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<const model::AccessKey>> keys_;
    std::vector<Seen> seen_;
    std::atomic<std::uint64_t> last_{0};
    std::function<void()> notify_;
};

/// Bytes that differ from call to call and are the same in every run.
class CountingEntropy final : public runtime::Entropy {
  public:
    void fill(std::span<std::uint8_t> bytes) override {
        const std::uint8_t start = count_.fetch_add(1);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::uint8_t>(start * 31 + i);
    }

  private:
    std::atomic<std::uint8_t> count_{1};
};

}  // namespace tim::server::test
