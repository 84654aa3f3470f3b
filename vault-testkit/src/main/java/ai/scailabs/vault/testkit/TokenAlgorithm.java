package ai.scailabs.vault.testkit;

/** The signature algorithms that a ScaiKey may use. */
public enum TokenAlgorithm {
    RS256("RS256", "SHA256withRSA"),
    ES256("ES256", "SHA256withECDSAinP1363Format"),
    EDDSA("EdDSA", "Ed25519");

    private final String header;
    private final String signature;

    TokenAlgorithm(String header, String signature) {
        this.header = header;
        this.signature = signature;
    }

    /** As the token's {@code alg} header says it. */
    public String header() {
        return header;
    }

    String signature() {
        return signature;
    }
}
