package ai.scailabs.vault.audit.store;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The members of a secret that are credentials of stores, taken out of its JSON without becoming text. */
final class SecretMembers {
    private static final Set<String> NAMES = Set.of(
            "access_key_id",
            "secret_access_key",
            "session_token",
            "role_arn",
            "service_account_json",
            "account_name",
            "account_key",
            "sas_token",
            "connection_string",
            "tenant_id",
            "client_id",
            "client_secret");

    private SecretMembers() {}

    /** Those that are texts and not empty; the caller wipes them. {@code service_account_json} may also be an object, and is then the object as it was written. */
    static Map<String, SensitiveBytes> read(byte[] data) {
        Map<String, SensitiveBytes> members = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), data)) {
            require(parser.nextToken() == JsonToken.START_OBJECT, "is not an object");
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                int begin = (int) parser.currentTokenLocation().getByteOffset();
                if (NAMES.contains(name) && value == JsonToken.VALUE_STRING) {
                    keep(members, name, text(parser));
                } else {
                    parser.skipChildren();
                    if (name.equals("service_account_json") && value == JsonToken.START_OBJECT) {
                        int end = (int) parser.currentLocation().getByteOffset();
                        keep(members, name, Arrays.copyOfRange(data, begin, end));
                    }
                }
            }
            return members;
        } catch (JacksonException malformed) {
            members.values().forEach(SensitiveBytes::close);
            throw refusal("is not JSON");
        } catch (VaultException refused) {
            members.values().forEach(SensitiveBytes::close);
            throw refused;
        }
    }

    private static void keep(Map<String, SensitiveBytes> members, String name, byte[] value) {
        if (value.length > 0) {
            SensitiveBytes before = members.put(name, SensitiveBytes.owning(value));
            if (before != null) {
                before.close();
            }
        }
    }

    private static byte[] text(JsonParser parser) {
        CharBuffer characters =
                CharBuffer.wrap(parser.getStringCharacters(), parser.getStringOffset(), parser.getStringLength());
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(characters);
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        Arrays.fill(encoded.array(), (byte) 0);
        return bytes;
    }

    static void require(boolean holds, String problem) {
        if (!holds) {
            throw refusal(problem);
        }
    }

    static VaultException refusal(String problem) {
        return VaultException.invalidField("destination.credentials_path", "names a secret that " + problem);
    }
}
