package ai.scailabs.vault.credentials.generator;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * A private key in OpenSSH's own format, without a passphrase, and the line that goes into {@code authorized_keys}.
 *
 * @param bits of the modulus for RSA, else 256
 * @param comment of both keys; may be empty
 */
record SshKeyPair(Type type, int bits, String comment) implements Generator {
    static final String NAME = "ssh_keypair";

    private static final int MAX_COMMENT = 128;
    private static final int DEFAULT_BITS = 3_072;
    private static final int ED25519_BITS = 256;
    private static final double ED25519_STRENGTH = 128;
    private static final int FRAME_BYTES = 512;

    enum Type {
        ED25519("ed25519"),
        RSA("rsa");

        private final String wireName;

        Type(String wireName) {
            this.wireName = wireName;
        }
    }

    static SshKeyPair read(FieldConfig config) {
        String named =
                config.oneOf("key_type", Type.ED25519.wireName, List.of(Type.ED25519.wireName, Type.RSA.wireName));
        Type type = named.equals(Type.RSA.wireName) ? Type.RSA : Type.ED25519;
        if (type == Type.ED25519 && config.value("bits") != null) {
            throw config.invalid("bits", "is for keys of type rsa only");
        }
        int bits = type == Type.RSA ? config.oneOf("bits", DEFAULT_BITS, RsaKeyPair.SIZES) : ED25519_BITS;
        String comment = config.text("comment", MAX_COMMENT);
        if (comment != null && comment.codePoints().anyMatch(Character::isISOControl)) {
            throw config.invalid("comment", "has a control character");
        }
        return new SshKeyPair(type, bits, comment == null ? "" : comment);
    }

    @Override
    public String wireName() {
        return NAME;
    }

    @Override
    public void describe(ObjectNode config) {
        config.put("key_type", type.wireName);
        if (type == Type.RSA) {
            config.put("bits", bits);
        }
        config.put("comment", comment);
    }

    @Override
    public Map<String, Double> entropy(String field) {
        return RecipeField.pair(
                field,
                switch (type) {
                    case ED25519 -> ED25519_STRENGTH;
                    case RSA -> RsaKeyPair.strength(bits);
                });
    }

    /** The comment stands in the public key as it is, and in the private one in base 64. */
    @Override
    public int maxBytes() {
        return FRAME_BYTES + bits + bits / 4 + 3 * comment.getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public boolean isSlow() {
        return type == Type.RSA;
    }
}
