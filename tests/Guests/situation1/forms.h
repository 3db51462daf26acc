// What distinguishes the four forms (README.md), and the places both C and assembly need.
#ifndef FORMS_H
#define FORMS_H

#ifndef IPA_BITS
#error "build with -DIPA_BITS=32 or 40, -DECAM_MAPPED=0 or 1, -DREGISTERS_PRESERVED=0 or 1"
#endif

#define GUEST_ENTRY 0x80200000
#define GUEST_DTB 0x88000000

#endif
