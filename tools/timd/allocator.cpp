// The daemon's allocations come from mimalloc: this defines operator new and delete for the whole program.
#include <mimalloc-new-delete.h>
