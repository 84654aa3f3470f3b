package ai.scailabs.vault.crypto.hsm;

/** What a module is asked to make. Others than these are not: modules do not agree on how Edwards curves are named, and would have to be sent a long list whole to sign it. */
public enum HsmKeyKind {
    RSA_2048(2048),
    RSA_3072(3072),
    RSA_4096(4096),
    EC_P256(256),
    EC_P384(384);

    private final int bits;

    HsmKeyKind(int bits) {
        this.bits = bits;
    }

    public int bits() {
        return bits;
    }

    public boolean isRsa() {
        return bits >= RSA_2048.bits;
    }
}
