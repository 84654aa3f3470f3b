package ai.scailabs.vault.credentials.rotation;

/** After which the rotation of a secret that is changed elsewhere as well may be left to whoever goes on with it. */
public enum RotationStep {
    /** What is to be set is kept here; of a key of AWS, that one is being made. */
    KEPT,
    /** It is set there; of a key of AWS, it is made, and not kept yet. */
    SET_THERE,
    /** It was tried there, and the secret does not have it. */
    VERIFIED,
    /** The secret has it, and it is still kept. */
    PUBLISHED,
    /** Both sides have it, and nobody was told. */
    SETTLED,
    /** What it replaced is taken away there, and lies here still. */
    RETIRED_THERE
}
