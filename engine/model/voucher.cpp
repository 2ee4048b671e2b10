#include "engine/model/voucher.h"

namespace tim::model {

std::string_view voucher_phase_name(VoucherPhase phase) {
    switch (phase) {
        case VoucherPhase::none:
            return "none";
        case VoucherPhase::issued:
            return "issued";
        case VoucherPhase::reserved:
            return "reserved";
        case VoucherPhase::used:
            return "used";
        case VoucherPhase::cancelled:
            return "cancelled";
        case VoucherPhase::withdrawn:
            return "withdrawn";
    }
    return "unknown";
}

}  // namespace tim::model
