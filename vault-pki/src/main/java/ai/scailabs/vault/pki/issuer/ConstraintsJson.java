package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.pki.x509.NameConstraints;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Name constraints as the database keeps them, with the names of the API. */
final class ConstraintsJson {
    private static final JsonMapper JSON = JsonMapper.shared();

    private ConstraintsJson() {}

    static String write(NameConstraints constraints) {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        lists.put("permitted_dns", constraints.permittedDns());
        lists.put("excluded_dns", constraints.excludedDns());
        lists.put("permitted_ip", constraints.permittedIp());
        lists.put("excluded_ip", constraints.excludedIp());
        lists.put("permitted_email", constraints.permittedEmail());
        lists.put("excluded_email", constraints.excludedEmail());
        lists.put("permitted_uri", constraints.permittedUri());
        lists.put("excluded_uri", constraints.excludedUri());
        return JSON.writeValueAsString(lists);
    }

    static NameConstraints read(@Nullable String json) {
        if (json == null) {
            return NameConstraints.NONE;
        }
        JsonNode lists = JSON.readTree(json);
        return new NameConstraints(
                list(lists, "permitted_dns"),
                list(lists, "excluded_dns"),
                list(lists, "permitted_ip"),
                list(lists, "excluded_ip"),
                list(lists, "permitted_email"),
                list(lists, "excluded_email"),
                list(lists, "permitted_uri"),
                list(lists, "excluded_uri"));
    }

    private static List<String> list(JsonNode lists, String name) {
        return lists.path(name).valueStream().map(JsonNode::stringValue).toList();
    }
}
