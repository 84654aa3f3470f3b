package ai.scailabs.vault.credentials.generator;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** A private key in PEM, PKCS #8 (RFC 5958), and its public key, SubjectPublicKeyInfo (RFC 5480). */
record EcKeyPair(Curve curve) implements Generator {
    static final String NAME = "ec_keypair";

    private static final int MAX_BYTES = 1_024;

    enum Curve {
        P_256("P-256", "secp256r1", 128),
        P_384("P-384", "secp384r1", 192);

        private final String wireName;
        private final String standardName;
        private final double strength;

        Curve(String wireName, String standardName, double strength) {
            this.wireName = wireName;
            this.standardName = standardName;
            this.strength = strength;
        }

        /** As the Java runtime calls it. */
        String standardName() {
            return standardName;
        }
    }

    static EcKeyPair read(FieldConfig config) {
        String named = config.oneOf("curve", Curve.P_256.wireName, List.of(Curve.P_256.wireName, Curve.P_384.wireName));
        return new EcKeyPair(named.equals(Curve.P_256.wireName) ? Curve.P_256 : Curve.P_384);
    }

    @Override
    public String wireName() {
        return NAME;
    }

    @Override
    public void describe(ObjectNode config) {
        config.put("curve", curve.wireName);
    }

    @Override
    public Map<String, Double> entropy(String field) {
        return RecipeField.pair(field, curve.strength);
    }

    @Override
    public int maxBytes() {
        return MAX_BYTES;
    }
}
