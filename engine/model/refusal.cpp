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

}  // namespace tim::model
