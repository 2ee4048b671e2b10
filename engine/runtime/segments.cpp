// Segments: count, list and report over all customers of a program, block by block.
#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>

#include "engine/runtime/customer_view.h"
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using model::CustomerId;
using model::ErrorKind;
using model::failure;

namespace {

/// More would take the processors from those who sell.
constexpr std::size_t kMaxScanThreads = 4;

tl::unexpected<model::Error> no_program() {
    return failure(ErrorKind::not_found, "there is no such program");
}

std::size_t scan_threads(const core::ProgramState& program) {
    const std::size_t blocks = program.customers.count() / core::kRecordsPerBlock + 1;
    const std::size_t processors = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
    return std::min({kMaxScanThreads, processors, blocks});
}

__extension__ using Wide = __int128;

/// The values of a group: those of lists, tiers and so on by number, texts by their bytes.
using GroupKey = std::array<std::array<char, model::kMaxStaffBytes>, kMaxDimensions>;

struct Sums {
    std::uint64_t customers = 0;
    std::uint64_t orders = 0;
    Wide spend = 0;
    Wide month_spend = 0;
    Wide points = 0;

    void add(const core::CustomerRecord& record) {
        ++customers;
        orders += record.orders;
        spend += record.lifetime_spend.value;
        month_spend += record.month_spend().value;
        points += record.points.value;
    }
    void add(const Sums& other) {
        customers += other.customers;
        orders += other.orders;
        spend += other.spend;
        month_spend += other.month_spend;
        points += other.points;
    }
    bool fits() const {
        const auto narrow = [](Wide sum) { return sum >= INT64_MIN && sum <= INT64_MAX; };
        return narrow(spend) && narrow(month_spend) && narrow(points);
    }
};

struct Groups {
    absl::flat_hash_map<GroupKey, Sums> sums;
    Sums total;
    bool too_many = false;
};

/// Adds customers to the groups that they belong to.
class Grouping {
  public:
    Grouping(const core::ProgramState& program, const core::Rules& rules, const std::vector<Dimension>& by)
        : program_(program), rules_(rules), by_(by) {}

    void add(const core::CustomerRecord& settled, CustomerId customer, Groups& groups) const {
        groups.total.add(settled);
        GroupKey key{};
        add_from(0, key, settled, program_.classified_of(customer), groups);
    }

    std::vector<std::string> words(const GroupKey& key) const {
        std::vector<std::string> words;
        for (std::size_t i = 0; i < by_.size(); ++i)
            words.push_back(word(by_[i], key[i]));
        return words;
    }

  private:
    using Place = GroupKey::value_type;
    static constexpr std::uint8_t kUnknown = 0;

    static Place number(std::size_t value) {
        Place place{};
        place[0] = static_cast<char>(static_cast<std::uint8_t>(value));
        return place;
    }

    void add_from(std::size_t dimension, GroupKey& key, const core::CustomerRecord& settled,
                  const core::Classified& classified, Groups& groups) const {
        if (dimension == by_.size()) {
            if (groups.sums.size() >= kMaxReportRows && !groups.sums.contains(key)) {
                groups.too_many = true;
                return;
            }
            groups.sums[key].add(settled);
            return;
        }
        const auto go_on = [&](const Place& place) {
            key[dimension] = place;
            add_from(dimension + 1, key, settled, classified, groups);
        };
        const auto each = [&](std::uint64_t bits) {
            if (bits == 0) go_on(number(kUnknown));
            for (; bits != 0; bits &= bits - 1)
                go_on(number(static_cast<std::size_t>(std::countr_zero(bits)) + 1));
        };
        switch (by_[dimension]) {
            case Dimension::status:
                return go_on(number(static_cast<std::size_t>(rules_.classes().status(settled, classified))));
            case Dimension::source:
                return go_on(number(classified.source));
            case Dimension::channel:
                return go_on(classified.channel);
            case Dimension::staff:
                return go_on(classified.staff);
            case Dimension::nature:
                return each(classified.natures);
            case Dimension::type:
                return each(classified.types);
            case Dimension::item:
                return each(classified.items);
            case Dimension::tier:
                return go_on(number(settled.tier));
            case Dimension::customer_class:
                return go_on(number(static_cast<std::size_t>(settled.customer_class())));
            case Dimension::birthday:
                return go_on(number(classified.birthday.month));
        }
    }

    std::string word(Dimension dimension, const Place& place) const {
        const auto number = static_cast<std::uint8_t>(place[0]);
        const core::ClassValues& values = *program_.newest().classes().values();
        const auto value = [&](core::ClassList list) {
            return number == kUnknown ? std::string() : values[static_cast<std::size_t>(list)][number - 1U];
        };
        constexpr std::array<const char*, 3> kClassNames = {"retail", "member", "vip"};
        switch (dimension) {
            case Dimension::status:
                return std::string(model::status_name(static_cast<model::CustomerStatus>(number)));
            case Dimension::source:
                return value(core::ClassList::sources);
            case Dimension::nature:
                return value(core::ClassList::natures);
            case Dimension::type:
                return value(core::ClassList::types);
            case Dimension::item:
                return value(core::ClassList::items);
            case Dimension::tier:
                return rules_.program().tiers[number].id;
            case Dimension::customer_class:
                return kClassNames[number];
            case Dimension::birthday:
                return number == kUnknown ? std::string() : std::to_string(number);
            case Dimension::channel:
            case Dimension::staff:
                break;
        }
        return {place.begin(), std::find(place.begin(), place.end(), '\0')};
    }

    const core::ProgramState& program_;
    const core::Rules& rules_;
    const std::vector<Dimension>& by_;
};

ReportRow row_of(const Sums& sums, std::vector<std::string> values) {
    return {std::move(values),
            sums.customers,
            sums.orders,
            {static_cast<std::int64_t>(sums.spend)},
            {static_cast<std::int64_t>(sums.month_spend)},
            {static_cast<std::int64_t>(sums.points)}};
}

}  // namespace

Result<core::Segment> EngineImpl::compile_segment(const core::ProgramState& program, std::string_view text,
                                                  model::Instant now) const {
    const auto expression = model::parse_segment(text);
    if (!expression) return tl::unexpected(expression.error());
    return core::Segment::compile(*expression, program.newest().classes(), program.version_at(now), now,
                                  [&](std::string_view words) -> Result<CustomerId> {
                                      const auto customer = model::parse_customer(words);
                                      if (!customer) return tl::unexpected(customer.error());
                                      return resolve_customer(program, *customer);
                                  });
}

Result<void> EngineImpl::visit_blocks(
    const core::ProgramState& program, std::size_t threads,
    const std::function<void(std::size_t, std::uint64_t, std::uint64_t)>& look) const {
    const std::uint64_t count = program.customers.count();
    std::atomic<std::uint64_t> next{0};
    std::atomic<bool> stopped{false};
    const auto work = [&](std::size_t thread) {
        for (;;) {
            const std::uint64_t first = next.fetch_add(core::kRecordsPerBlock);
            if (first > count || stopped.load()) return;
            if (options_.stop_queries.stop_requested()) {
                stopped.store(true);
                return;
            }
            const std::uint64_t last = std::min(first + core::kRecordsPerBlock - 1, count);
            const StripeLocks::Guard stripe(stripes_, stripe_bit({first}));
            look(thread, std::max<std::uint64_t>(first, 1), last);  // slot 0 is nobody's
        }
    };
    std::vector<std::thread> others;
    for (std::size_t thread = 1; thread < threads; ++thread)
        others.emplace_back(work, thread);
    work(0);
    for (std::thread& other : others)
        other.join();
    if (stopped.load()) return failure(ErrorKind::unavailable, "the server is stopping; ask again later");
    return {};
}

Result<SegmentCount> EngineImpl::segment_count(model::ProgramId id, std::string_view text) {
    const core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    const auto segment = compile_segment(*program, text, now_of(*program, clock_.now()));
    if (!segment) return tl::unexpected(segment.error());
    struct alignas(64) Found {
        std::uint64_t customers = 0;
        core::PointsDraft room;
    };
    std::vector<Found> found(scan_threads(*program));
    const auto visited = visit_blocks(
        *program, found.size(), [&](std::size_t thread, std::uint64_t first, std::uint64_t last) {
            std::uint64_t customers = 0;
            for (std::uint64_t customer = first; customer <= last; ++customer)
                customers += segment->has(*program, {customer}, found[thread].room) ? 1 : 0;
            found[thread].customers += customers;
        });
    if (!visited) return tl::unexpected(visited.error());
    if (!wait_durable({executed_.load(std::memory_order_acquire)}))
        return failure(ErrorKind::io, "a commit failed");
    SegmentCount count;
    for (const Found& part : found)
        count.customers += part.customers;
    count.of = program->customers.count();
    return count;
}

Result<SegmentPage> EngineImpl::segment(model::ProgramId id, std::string_view text, CustomerId after,
                                        std::size_t limit) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    const auto segment = compile_segment(*program, text, now_of(*program, clock_.now()));
    if (!segment) return tl::unexpected(segment.error());
    std::vector<CustomerId> found;
    core::PointsDraft room;
    const std::uint64_t count = program->customers.count();
    std::uint64_t next = after.value + 1;
    while (next <= count && found.size() < limit) {
        if (options_.stop_queries.stop_requested())
            return failure(ErrorKind::unavailable, "the server is stopping; ask again later");
        const std::uint64_t end =
            std::min(count, (next / core::kRecordsPerBlock + 1) * core::kRecordsPerBlock - 1);
        const StripeLocks::Guard stripe(stripes_, stripe_bit({next}));
        for (; next <= end && found.size() < limit; ++next)
            if (segment->has(*program, {next}, room)) found.push_back({next});
    }
    SegmentPage page;
    std::vector<model::Sequence> profiles;
    model::Sequence newest{};
    for (const CustomerId customer : found) {
        model::Sequence last;
        page.rows.push_back(view_of(*program, customer, profiles.emplace_back(), last));
        newest = std::max(newest, last);
    }
    if (!wait_durable(newest)) return failure(ErrorKind::io, "a commit failed");
    for (std::size_t i = 0; i < page.rows.size(); ++i) {
        if (options_.stop_queries.stop_requested())
            return failure(ErrorKind::unavailable, "the server is stopping; ask again later");
        if (auto added = add_profile(*program, profiles[i], page.rows[i]); !added)
            return tl::unexpected(added.error());
    }
    if (found.size() == limit && next <= count) page.next = found.back();
    return page;
}

Result<SegmentReport> EngineImpl::segment_report(model::ProgramId id, std::string_view text,
                                                 const std::vector<Dimension>& by) {
    const core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    if (by.empty() || by.size() > kMaxDimensions)
        return failure(ErrorKind::invalid,
                       fmt::format("a report is by 1 to {} dimensions, not {}", kMaxDimensions, by.size()));
    const model::Instant now = now_of(*program, clock_.now());
    const auto segment = compile_segment(*program, text, now);
    if (!segment) return tl::unexpected(segment.error());
    const core::Rules& rules = program->version_at(now);
    const model::Month month = rules.calendar().month_of(now);
    const Grouping grouping(*program, rules, by);
    struct alignas(64) Found {
        Groups groups;
        core::PointsDraft room;
    };
    std::vector<Found> found(scan_threads(*program));
    const auto visited = visit_blocks(
        *program, found.size(), [&](std::size_t thread, std::uint64_t first, std::uint64_t last) {
            Found& part = found[thread];
            for (std::uint64_t customer = first; customer <= last; ++customer) {
                if (!segment->has(*program, {customer}, part.room)) continue;
                const core::CustomerRecord& settled =
                    core::settled_for_segment(*program, {customer}, rules, now, month, true, part.room);
                grouping.add(settled, {customer}, part.groups);
            }
        });
    if (!visited) return tl::unexpected(visited.error());
    if (!wait_durable({executed_.load(std::memory_order_acquire)}))
        return failure(ErrorKind::io, "a commit failed");
    Groups all = std::move(found.front().groups);
    for (std::size_t i = 1; i < found.size(); ++i) {
        for (const auto& [key, sums] : found[i].groups.sums)
            all.sums[key].add(sums);
        all.total.add(found[i].groups.total);
        all.too_many = all.too_many || found[i].groups.too_many;
    }
    if (all.too_many || all.sums.size() > kMaxReportRows)
        return failure(ErrorKind::invalid,
                       fmt::format("the report would have more than {} rows", kMaxReportRows));
    if (!all.total.fits()) return failure(ErrorKind::invalid, "the sums leave 64 bits");
    SegmentReport report;
    for (const auto& [key, sums] : all.sums) {
        if (!sums.fits()) return failure(ErrorKind::invalid, "the sums leave 64 bits");
        report.rows.push_back(row_of(sums, grouping.words(key)));
    }
    std::ranges::sort(report.rows, {}, &ReportRow::values);
    report.total = row_of(all.total, {});
    return report;
}

}  // namespace tim::runtime
