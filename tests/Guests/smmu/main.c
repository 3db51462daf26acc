// What is there is checked: an edu device by the part that QEMU has as well, exercisers by the rest.
#include "smmu.h"

void program(void)
{
    u32 edu = find_function(0x11e81234, 0);
    u32 plain = find_function(0x0dae1234, 0);
    u32 patient = find_function(0x0dae1234, 1);
    if (edu) {
        edu_checks(edu);
    }
    if (plain && patient && find_capability(plain, 0x1b) && find_capability(patient, 0x1b)) {
        open_exerciser(plain);
        open_exerciser(patient);
        stage_checks(plain);
        stall_checks(plain, patient);
        ats_checks(plain);
        queue_checks(plain);
        record_checks(plain);
    }
    text(failures() ? "end, with failures\n" : "end\n");
    off();
}
