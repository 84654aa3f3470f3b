package ai.scailabs.vault.credentials.dynamic.ssh;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import tools.jackson.databind.json.JsonMapper;

/** A password that is good for one login: 130 random bits in 26 letters and digits. What is kept of it is a digest, which serves as its account. */
public final class OneTimePassword {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int CHARACTERS = 26;

    private final String text;

    private OneTimePassword(String text) {
        this.text = text;
    }

    static OneTimePassword random(SecureRandom random) {
        StringBuilder text = new StringBuilder(CHARACTERS);
        for (int i = 0; i < CHARACTERS; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new OneTimePassword(text.toString());
    }

    Account account() {
        return accountOf(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Of what somebody typed, whatever it is. */
    public static Account accountOf(byte[] typed) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(typed);
            return new Account("sha256:" + HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("the Java runtime has no SHA-256", impossible);
        }
    }

    /** As whoever asked for it is given it. */
    SensitiveBytes answer(String user, String server, int port) {
        return SensitiveBytes.owning(JSON.writeValueAsBytes(JSON.createObjectNode()
                .put("key", text)
                .put("username", user)
                .put("ip", server)
                .put("port", port)));
    }

    @Override
    public String toString() {
        return "OneTimePassword";
    }
}
