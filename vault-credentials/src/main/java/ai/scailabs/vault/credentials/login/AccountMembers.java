package ai.scailabs.vault.credentials.login;

import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The login that a secret holds. */
public final class AccountMembers {
    private static final JsonFactory FACTORY = new JsonFactory();

    private AccountMembers() {}

    /** To be closed by the caller; empty when the members are not both texts with something in them. */
    public static Optional<Login> login(SensitiveBytes object, String usernameField, String passwordField) {
        String username = null;
        String password = null;
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), object.expose())) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                boolean text = parser.nextToken() == JsonToken.VALUE_STRING;
                if (name.equals(usernameField)) {
                    username = text ? parser.getString() : null;
                } else if (name.equals(passwordField)) {
                    password = text ? parser.getString() : null;
                } else {
                    parser.skipChildren();
                }
            }
        }
        if (username == null || password == null || isUnusable(username) || isUnusable(password)) {
            return Optional.empty();
        }
        return Optional.of(new Login(username, SensitiveBytes.owning(password.getBytes(StandardCharsets.UTF_8))));
    }

    /** To be closed by the caller; empty when the member is no text with something in it. */
    public static Optional<SensitiveBytes> text(SensitiveBytes object, String member) {
        String found = null;
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), object.expose())) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                boolean text = parser.nextToken() == JsonToken.VALUE_STRING;
                if (name.equals(member)) {
                    found = text ? parser.getString() : null;
                } else {
                    parser.skipChildren();
                }
            }
        }
        return found == null || isUnusable(found)
                ? Optional.empty()
                : Optional.of(SensitiveBytes.owning(found.getBytes(StandardCharsets.UTF_8)));
    }

    private static boolean isUnusable(String text) {
        return text.isEmpty() || text.indexOf('\0') >= 0;
    }
}
