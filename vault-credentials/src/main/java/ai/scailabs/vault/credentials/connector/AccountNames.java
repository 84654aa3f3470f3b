package ai.scailabs.vault.credentials.connector;

import java.security.SecureRandom;
import java.util.Locale;

/** Names of accounts: {@code v_<role>_<random>}, with 100 random bits whatever the role is called. Thread-safe. */
public final class AccountNames {
    private static final int RANDOM_CHARACTERS = 20;
    /** Lower case alone, as some targets do not tell cases apart; 32 characters, so that five bits choose one. */
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

    private static final String PREFIX = "v_";

    private final SecureRandom random;

    public AccountNames(SecureRandom random) {
        this.random = random;
    }

    /** One that is within the target's limit, and of {@code [a-z0-9_]} only. What else the role's name has is left out of it. */
    public Account next(TargetType type, String role) {
        return next(type.longestName(), role);
    }

    /** The same, of so many characters at the most; 32 at least. */
    public Account next(int longest, String role) {
        int room = longest - PREFIX.length() - 1 - RANDOM_CHARACTERS;
        StringBuilder name = new StringBuilder(PREFIX);
        name.append(reduced(role, room)).append('_');
        for (int i = 0; i < RANDOM_CHARACTERS; i++) {
            name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new Account(name.toString());
    }

    private static String reduced(String role, int most) {
        String plain = role.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "");
        return plain.substring(0, Math.min(plain.length(), most));
    }
}
