package ai.scailabs.vault.tenancy.rotation;

/** What a job does next. */
enum KeyJobStep {
    /** Makes the generation, where one is to be made. */
    START,
    /** Waits until nobody writes under an older generation any more. */
    BARRIER,
    /** Wraps anew what older generations wrap, in order. */
    PASS,
    /** Lets every tenant's epoch grow, so that no instance remembers what was wrapped before. */
    EPOCHS
}
