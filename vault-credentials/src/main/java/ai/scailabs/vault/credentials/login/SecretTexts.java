package ai.scailabs.vault.credentials.login;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Members of a secret, each a text. Owns them: {@link #close()} wipes what was not taken. Not thread-safe. */
public final class SecretTexts implements AutoCloseable {
    private final Map<String, SensitiveBytes> texts = new LinkedHashMap<>();

    private SecretTexts() {}

    /** To be closed by the caller; empty when one of the members is no text with something in it. */
    static Optional<SecretTexts> of(SensitiveBytes object, List<String> members) {
        SecretTexts found = new SecretTexts();
        for (String member : members) {
            Optional<SensitiveBytes> text = AccountMembers.text(object, member);
            if (text.isEmpty()) {
                found.close();
                return Optional.empty();
            }
            found.texts.put(member, text.get());
        }
        return Optional.of(found);
    }

    /** One that is no secret. */
    public String text(String member) {
        return new String(known(member, texts.get(member)).expose(), StandardCharsets.UTF_8);
    }

    /** One that becomes the caller's, to be closed. */
    public SensitiveBytes take(String member) {
        return known(member, texts.remove(member));
    }

    private static SensitiveBytes known(String member, @Nullable SensitiveBytes text) {
        if (text == null) {
            throw new IllegalArgumentException("not read, or taken already: " + member);
        }
        return text;
    }

    @Override
    public void close() {
        texts.values().forEach(SensitiveBytes::close);
        texts.clear();
    }

    @Override
    public String toString() {
        return "SecretTexts" + texts.keySet();
    }
}
