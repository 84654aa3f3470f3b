package ai.scailabs.vault.access.token;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of a token: stands for the token where it must not be kept itself. Compared without regard to where two differ. */
record TokenHash(long first, long second, long third, long fourth) {

    /** Copied for each hash, which is done sooner than it is looked up. */
    private static final MessageDigest UNUSED = sha256();

    static TokenHash of(String token) {
        try {
            byte[] digest = ((MessageDigest) UNUSED.clone()).digest(token.getBytes(StandardCharsets.UTF_8));
            ByteBuffer words = ByteBuffer.wrap(digest);
            return new TokenHash(words.getLong(), words.getLong(), words.getLong(), words.getLong());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the digests of the Java runtime can be copied", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    String hex() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(first) + hex.toHexDigits(second) + hex.toHexDigits(third) + hex.toHexDigits(fourth);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(first);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenHash that
                && ((first ^ that.first) | (second ^ that.second) | (third ^ that.third) | (fourth ^ that.fourth)) == 0;
    }
}
