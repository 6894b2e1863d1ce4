// Everything is inline in CKVM.h; a C target needs one source file.
#include "CKVM.h"
