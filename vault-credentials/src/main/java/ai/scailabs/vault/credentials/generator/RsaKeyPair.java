package ai.scailabs.vault.credentials.generator;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** A private key in PEM, PKCS #8 (RFC 5958), and its public key, SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
record RsaKeyPair(int bits) implements Generator {
    static final String NAME = "rsa_keypair";

    static final List<Integer> SIZES = List.of(2_048, 3_072, 4_096);

    static RsaKeyPair read(FieldConfig config) {
        return new RsaKeyPair(config.oneOf("bits", 2_048, SIZES));
    }

    /** NIST SP 800-57 part 1 §5.6.1, and for 4096 bits, which it leaves out, SP 800-56B appendix D. */
    static double strength(int bits) {
        return switch (bits) {
            case 2_048 -> 112;
            case 3_072 -> 128;
            case 4_096 -> 152;
            default -> throw new IllegalArgumentException("no key of a recipe has " + bits + " bits");
        };
    }

    @Override
    public String wireName() {
        return NAME;
    }

    @Override
    public void describe(ObjectNode config) {
        config.put("bits", bits);
    }

    @Override
    public Map<String, Double> entropy(String field) {
        return RecipeField.pair(field, strength(bits));
    }

    /** A private key has nine bytes for every sixteen bits, and base 64 a third more; the public one less than a quarter of that. */
    @Override
    public int maxBytes() {
        return bits + bits / 4;
    }

    @Override
    public boolean isSlow() {
        return true;
    }
}
