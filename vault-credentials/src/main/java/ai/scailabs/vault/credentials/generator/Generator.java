package ai.scailabs.vault.credentials.generator;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** How a field's value is made, with everything that the maker need not ask for any more. */
sealed interface Generator
        permits RandomText,
                HexText,
                UuidText,
                TemplateText,
                RsaKeyPair,
                EcKeyPair,
                SshKeyPair,
                BcryptPassword,
                FixedText {
    List<String> WIRE_NAMES = List.of(
            RandomText.NAME,
            HexText.NAME,
            UuidText.NAME,
            TemplateText.NAME,
            RsaKeyPair.NAME,
            EcKeyPair.NAME,
            SshKeyPair.NAME,
            BcryptPassword.NAME,
            FixedText.NAME);

    /** As {@code generator} names it. */
    String wireName();

    /** Adds every member that the generator has, also those that were left out when it was written. */
    void describe(ObjectNode config);

    /**
     * The outputs of a field of that name, in order, and how many bits there are to guess in each: the binary logarithm of how many values there are, all of which are equally
     * likely; for private keys the security strength of NIST SP 800-57 part 1 §5.6.1; 0 for what is fixed or public.
     */
    Map<String, Double> entropy(String field);

    /** The bytes of all outputs together are no more. */
    int maxBytes();

    /** Whether it takes a processor for more than a moment. */
    default boolean isSlow() {
        return false;
    }

    /** One of {@link #WIRE_NAMES}, by its config, which may have nothing else. */
    static Generator read(String wireName, FieldConfig config) {
        Generator generator = switch (wireName) {
            case RandomText.NAME -> RandomText.read(config);
            case HexText.NAME -> HexText.read(config);
            case UuidText.NAME -> UuidText.read(config);
            case TemplateText.NAME -> TemplateText.read(config);
            case RsaKeyPair.NAME -> RsaKeyPair.read(config);
            case EcKeyPair.NAME -> EcKeyPair.read(config);
            case SshKeyPair.NAME -> SshKeyPair.read(config);
            case BcryptPassword.NAME -> BcryptPassword.read(config);
            case FixedText.NAME -> FixedText.read(config);
            default -> throw new IllegalArgumentException("no generator has that name");
        };
        config.requireNothingElse();
        return generator;
    }
}
