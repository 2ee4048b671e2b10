#include "engine/model/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace tim::model {

namespace {

struct FieldWord {
    std::string_view word;
    SegmentField field;
};

constexpr std::array kFields = {FieldWord{"status", SegmentField::status},
                                FieldWord{"source", SegmentField::source},
                                FieldWord{"channel", SegmentField::channel},
                                FieldWord{"staff", SegmentField::staff},
                                FieldWord{"nature", SegmentField::nature},
                                FieldWord{"natures", SegmentField::nature},
                                FieldWord{"type", SegmentField::type},
                                FieldWord{"types", SegmentField::type},
                                FieldWord{"item", SegmentField::item},
                                FieldWord{"items", SegmentField::item},
                                FieldWord{"tier", SegmentField::tier},
                                FieldWord{"class", SegmentField::customer_class},
                                FieldWord{"birthday", SegmentField::birthday},
                                FieldWord{"orders", SegmentField::orders},
                                FieldWord{"points", SegmentField::points},
                                FieldWord{"held", SegmentField::held},
                                FieldWord{"spendable", SegmentField::spendable},
                                FieldWord{"pending", SegmentField::pending},
                                FieldWord{"ranking_points", SegmentField::ranking_points},
                                FieldWord{"spend", SegmentField::spend},
                                FieldWord{"month_spend", SegmentField::month_spend},
                                FieldWord{"closed_month_spend", SegmentField::closed_month_spend},
                                FieldWord{"period_spend", SegmentField::period_spend},
                                FieldWord{"vip", SegmentField::vip},
                                FieldWord{"referrer", SegmentField::referrer},
                                FieldWord{"brought", SegmentField::brought}};

/// Fields that stand in an order, so that more and less can be asked.
bool is_ordered(SegmentField field) {
    return field == SegmentField::tier || field == SegmentField::brought ||
           (field >= SegmentField::orders && field <= SegmentField::period_spend);
}

bool is_list(SegmentField field) {
    return field == SegmentField::nature || field == SegmentField::type || field == SegmentField::item;
}

enum class TokenKind : std::uint8_t { word, quoted, symbol, end };

struct Token {
    TokenKind kind = TokenKind::end;
    std::string text;
    std::size_t place = 0;
};

bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-.:+@/").find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) >= 0x80;
}

Result<std::vector<Token>> tokens_of(std::string_view text) {
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const std::size_t place = at + 1;
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            ++at;
        } else if (is_word_byte(c)) {
            const std::size_t begin = at;
            while (at < text.size() && is_word_byte(text[at]))
                ++at;
            tokens.push_back({TokenKind::word, std::string(text.substr(begin, at - begin)), place});
        } else if (c == '\'' || c == '"') {
            const std::size_t ends = text.find(c, at + 1);
            if (ends == std::string_view::npos)
                return tl::unexpected(segment_error(place, "the quote is not closed"));
            tokens.push_back({TokenKind::quoted, std::string(text.substr(at + 1, ends - at - 1)), place});
            at = ends + 1;
        } else if (std::string_view("()=!<>,").find(c) != std::string_view::npos) {
            const bool two = at + 1 < text.size() && text[at + 1] == '=' && c != '(' && c != ')' && c != ',';
            const std::size_t length = two && c != '=' ? 2 : 1;
            if (c == '!' && length == 1)
                return tl::unexpected(segment_error(place, "expected != or not, and there is !"));
            tokens.push_back({TokenKind::symbol, std::string(text.substr(at, length)), place});
            at += length;
        } else {
            return tl::unexpected(segment_error(place, fmt::format("\"{}\" does not belong here", c)));
        }
    }
    tokens.push_back({TokenKind::end, {}, text.size() + 1});
    return tokens;
}

class Parser {
  public:
    explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    Result<SegmentNode> whole() {
        auto node = disjunction(0);
        if (node && peek().kind != TokenKind::end) return expected("and, or, or the end");
        return node;
    }

  private:
    const Token& peek() const { return tokens_[next_]; }
    const Token& take() { return tokens_[next_ < tokens_.size() - 1 ? next_++ : next_]; }

    bool is_word(std::string_view word) const {
        const Token& token = peek();
        return token.kind == TokenKind::word && std::ranges::equal(token.text, word, [](char a, char b) {
                   return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
               });
    }
    bool take_word(std::string_view word) {
        if (!is_word(word)) return false;
        take();
        return true;
    }
    bool take_symbol(std::string_view symbol) {
        if (peek().kind != TokenKind::symbol || peek().text != symbol) return false;
        take();
        return true;
    }

    tl::unexpected<Error> expected(std::string_view what) const {
        const Token& token = peek();
        return tl::unexpected(segment_error(
            token.place, token.kind == TokenKind::end
                             ? fmt::format("expected {}, and the expression ends", what)
                             : fmt::format("expected {}, and there is \"{}\"", what, token.text)));
    }

    Result<SegmentNode> disjunction(std::size_t depth) {
        return group(SegmentNodeKind::any, "or", [&] { return conjunction(depth); });
    }
    Result<SegmentNode> conjunction(std::size_t depth) {
        return group(SegmentNodeKind::all, "and", [&] { return unary(depth); });
    }
    template <class Part>
    Result<SegmentNode> group(SegmentNodeKind kind, std::string_view word, Part part) {
        auto first = part();
        if (!first || !is_word(word)) return first;
        SegmentNode node;
        node.kind = kind;
        node.parts.push_back(std::move(*first));
        while (take_word(word)) {
            auto more = part();
            if (!more) return more;
            node.parts.push_back(std::move(*more));
        }
        return node;
    }

    Result<SegmentNode> unary(std::size_t depth) {
        if (depth == kMaxSegmentDepth)
            return tl::unexpected(segment_error(
                peek().place, fmt::format("more than {} levels lie in each other", kMaxSegmentDepth)));
        if (take_word("not")) {
            auto part = unary(depth + 1);
            if (!part) return part;
            return negation(std::move(*part));
        }
        if (take_symbol("(")) {
            auto inner = disjunction(depth + 1);
            if (inner && !take_symbol(")")) return expected("and, or, or )");
            return inner;
        }
        return condition();
    }

    static SegmentNode negation(SegmentNode part) {
        SegmentNode node;
        node.kind = SegmentNodeKind::negation;
        node.parts.push_back(std::move(part));
        return node;
    }

    Result<SegmentNode> condition() {
        if (++conditions_ > kMaxSegmentConditions)
            return tl::unexpected(
                segment_error(peek().place, fmt::format("more than {} conditions", kMaxSegmentConditions)));
        if (is_word("bought") || is_word("no")) return purchase();
        if (take_word("referred")) {
            SegmentNode node;
            node.field = SegmentField::referrer;
            return node;
        }
        const auto field = std::ranges::find_if(kFields, [&](const FieldWord& f) { return is_word(f.word); });
        if (field == kFields.end()) return expected("a condition, not or (");
        const Token& word = take();
        SegmentNode node;
        node.field = field->field;
        return comparison(std::move(node), word.text);
    }

    /// `bought in last 3 months`, `no order in last 3 months`.
    Result<SegmentNode> purchase() {
        const bool none = take_word("no");
        if (none) {
            if (!take_word("order") && !take_word("orders")) return expected("order");
        } else {
            take();
        }
        if (!take_word("in")) return expected("in last … months");
        take_word("the");
        if (!take_word("last")) return expected("last … months");
        SegmentNode node;
        node.field = SegmentField::bought;
        const std::string& number = peek().text;
        const auto read = std::from_chars(number.data(), number.data() + number.size(), node.months);
        if (peek().kind != TokenKind::word || read.ec != std::errc{} ||
            read.ptr != number.data() + number.size() || node.months < 1 || node.months > 1'200)
            return expected("a number of months from 1 to 1200");
        take();
        if (!take_word("months") && !take_word("month")) return expected("months");
        return none ? negation(std::move(node)) : std::move(node);
    }

    Result<SegmentNode> comparison(SegmentNode node, const std::string& word) {
        const bool list = is_list(node.field);
        if (take_word("in")) {
            if (is_ordered(node.field) && node.field != SegmentField::tier)
                return tl::unexpected(segment_error(
                    tokens_[next_ - 1].place, fmt::format("{} is compared with =, <, <=, > or >=", word)));
            return values(std::move(node));
        }
        bool negated = false;
        if (list && take_word("has")) {
            node.compare = SegmentCompare::equal;
        } else if (take_symbol("=")) {
            node.compare = SegmentCompare::equal;
        } else if (take_symbol("!=")) {
            negated = true;
        } else {
            constexpr std::array<std::pair<std::string_view, SegmentCompare>, 4> kSymbols = {
                {{"<=", SegmentCompare::at_most},
                 {">=", SegmentCompare::at_least},
                 {"<", SegmentCompare::below},
                 {">", SegmentCompare::above}}};
            const auto symbol = std::ranges::find_if(kSymbols, [&](const auto& known) {
                return peek().kind == TokenKind::symbol && peek().text == known.first;
            });
            if (!is_ordered(node.field) || symbol == kSymbols.end())
                return expected(is_ordered(node.field) ? "=, !=, <, <=, > or >="
                                : list                 ? "has, =, != or in"
                                                       : "=, != or in");
            take();
            node.compare = symbol->second;
        }
        auto read = value();
        if (!read) return tl::unexpected(read.error());
        node.values.push_back(std::move(*read));
        return negated ? negation(std::move(node)) : std::move(node);
    }

    Result<SegmentNode> values(SegmentNode node) {
        if (!take_symbol("(")) return expected("(");
        do {
            if (node.values.size() == kMaxSegmentValues)
                return tl::unexpected(segment_error(
                    peek().place, fmt::format("more than {} values of one condition", kMaxSegmentValues)));
            auto read = value();
            if (!read) return tl::unexpected(read.error());
            node.values.push_back(std::move(*read));
        } while (take_symbol(","));
        if (!take_symbol(")")) return expected(", or )");
        return node;
    }

    Result<SegmentValue> value() {
        if (peek().kind != TokenKind::word && peek().kind != TokenKind::quoted) return expected("a value");
        const Token& token = take();
        return SegmentValue{token.text, token.place};
    }

    std::vector<Token> tokens_;
    std::size_t next_ = 0;
    std::size_t conditions_ = 0;
};

}  // namespace

Error segment_error(std::size_t place, const std::string& message) {
    return {ErrorKind::invalid, fmt::format("at {}: {}", place, message)};
}

Result<SegmentNode> parse_segment(std::string_view text) {
    if (text.size() > kMaxSegmentBytes)
        return tl::unexpected(segment_error(kMaxSegmentBytes + 1,
                                            fmt::format("a segment has at most {} bytes", kMaxSegmentBytes)));
    auto tokens = tokens_of(text);
    if (!tokens) return tl::unexpected(tokens.error());
    return Parser(std::move(*tokens)).whole();
}

}  // namespace tim::model
