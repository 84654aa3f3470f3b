package ai.scailabs.vault.credentials.rotation;

/** What is to be done about a secret under a policy. Each changes what is seen, so that it is done once. */
enum Step {
    /** There is another version. */
    TELL,
    /** A value is on its way to an account. */
    SETTLE,
    /** A version that was replaced is no longer read. */
    RETIRE,
    /** It is due, and its next value is made here. */
    ROTATE,
    /** The same, where it is an account's as well: the value is kept first. */
    PREPARE,
    /** It is due, and somebody is to write the value. */
    SAY_DUE,
    /** Nobody has. */
    SAY_OVERDUE,
    /** It will be due. */
    WARN
}
