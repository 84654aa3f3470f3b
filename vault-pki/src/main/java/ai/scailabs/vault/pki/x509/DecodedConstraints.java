package ai.scailabs.vault.pki.x509;

import java.util.Arrays;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.NameConstraints;

/**
 * The name constraints of one authority as its certificate has them, of whatever origin: an imported authority may have kinds that {@link NameConstraints} of ours has not. What cannot be
 * understood permits nothing.
 */
public final class DecodedConstraints {
    private final byte[] encoded;
    private final NameConstraints decoded;

    private DecodedConstraints(byte[] encoded, NameConstraints decoded) {
        this.encoded = encoded;
        this.decoded = decoded;
    }

    /** @param encoded the value of the extension {@link Extension#nameConstraints} */
    static DecodedConstraints of(byte[] encoded) {
        return new DecodedConstraints(encoded.clone(), NameConstraints.getInstance(encoded));
    }

    NameConstraints decoded() {
        return decoded;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DecodedConstraints that && Arrays.equals(encoded, that.encoded);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded);
    }
}
