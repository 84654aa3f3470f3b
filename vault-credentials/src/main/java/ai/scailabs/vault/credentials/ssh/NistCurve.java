package ai.scailabs.vault.credentials.ssh;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Arrays;

/** Curves of ECDSA in SSH (RFC 5656 §10.1). */
enum NistCurve {
    P_256("nistp256", "secp256r1", 256),
    P_384("nistp384", "secp384r1", 384),
    P_521("nistp521", "secp521r1", 521);

    private static final byte UNCOMPRESSED = 4;

    private final String wireName;
    private final String standardName;
    private final int bits;
    private final ECParameterSpec parameters;

    NistCurve(String wireName, String standardName, int bits) {
        this.wireName = wireName;
        this.standardName = standardName;
        this.bits = bits;
        this.parameters = parameters(standardName);
    }

    static NistCurve of(ECPublicKey key) {
        int size = key.getParams().getOrder().bitLength();
        return Arrays.stream(values())
                .filter(curve -> curve.bits == size)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("SSH has no keys of this curve"));
    }

    String wireName() {
        return wireName;
    }

    /** As the Java runtime calls it. */
    String standardName() {
        return standardName;
    }

    int bits() {
        return bits;
    }

    /** Of a coordinate. */
    int coordinateBytes() {
        return (bits + 7) / 8;
    }

    /** Of a point that is not compressed (SEC 1 §2.3.3). */
    int pointBytes() {
        return 1 + 2 * coordinateBytes();
    }

    /** Whether these are a point of the curve, not compressed. The curves have no small subgroups, so that any will do. */
    boolean isPoint(byte[] encoded) {
        if (encoded.length != pointBytes() || encoded[0] != UNCOMPRESSED) {
            return false;
        }
        BigInteger x = new BigInteger(1, encoded, 1, coordinateBytes());
        BigInteger y = new BigInteger(1, encoded, 1 + coordinateBytes(), coordinateBytes());
        BigInteger prime = ((ECFieldFp) parameters.getCurve().getField()).getP();
        BigInteger a = parameters.getCurve().getA();
        BigInteger b = parameters.getCurve().getB();
        return x.compareTo(prime) < 0
                && y.compareTo(prime) < 0
                && y.multiply(y)
                        .mod(prime)
                        .equals(x.multiply(x).add(a).multiply(x).add(b).mod(prime));
    }

    private static ECParameterSpec parameters(String standardName) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(standardName));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("the Java runtime has no curve " + standardName, impossible);
        }
    }
}
