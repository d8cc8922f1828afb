#ifndef HOLDFAST_CLIBPQ_H
#define HOLDFAST_CLIBPQ_H
#include <libpq-fe.h>
#endif
