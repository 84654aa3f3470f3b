package ai.scailabs.vault.crypto.hsm;

/** How a key in a module signs what its owner has hashed. */
public enum HsmScheme {
    /** PKCS #1 v1.5 over a DigestInfo. */
    RSA_PKCS1,
    /** RSASSA-PSS over a hash of SHA-2, by which the mask is made too; the salt is as long. */
    RSA_PSS,
    /** Over a hash; r and s, each as long as the order of the curve. */
    ECDSA
}
