#include "engine/model/refusal.h"

#include <fmt/format.h>

namespace tim::model {

std::string_view refusal_name(Refusal refusal) {
    switch (refusal) {
        case Refusal::none:
            return "none";
#define TIM_REFUSAL_NAME(name, code, sentence) \
    case Refusal::name:                        \
        return #name;
            TIM_REFUSALS(TIM_REFUSAL_NAME)
#undef TIM_REFUSAL_NAME
    }
    return "unknown";
}

std::string refusal_sentence(Refusal refusal, std::int64_t detail) {
    switch (refusal) {
        case Refusal::none:
            return "nothing was refused";
#define TIM_REFUSAL_SENTENCE(name, code, sentence) \
    case Refusal::name:                            \
        return fmt::format(sentence, detail);
            TIM_REFUSALS(TIM_REFUSAL_SENTENCE)
#undef TIM_REFUSAL_SENTENCE
    }
    return fmt::format("refused with code {}, which this version does not know",
                       static_cast<unsigned>(refusal));
}

std::string refusal_sentence(Refusal refusal, std::int64_t detail, const Currency& currency) {
    std::string sentence = refusal_sentence(refusal, detail);
    const std::string minor = fmt::format("{} minor units", detail);
    if (const auto at = sentence.find(minor); at != std::string::npos)
        sentence.replace(at, minor.size(),
                         fmt::format("{} {}", format_money({detail}, currency), currency.code));
    return sentence;
}

}  // namespace tim::model
