package ai.scailabs.vault.credentials.ssh;

import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.kernel.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** For whom and where a role gives passwords that are good for one login. Its members are called as those of roles of HashiCorp Vault. Immutable. */
public final class OneTimeRules {
    private static final String CIDR_LIST = "cidr_list";
    private static final String EXCLUDED = "exclude_cidr_list";
    private static final String PORT = "port";
    private static final int SSH_PORT = 22;
    private static final int LAST_PORT = 65_535;

    private final AllowedNames.Users users;
    private final List<AddressRange> ranges;
    private final List<AddressRange> excluded;
    private final int port;

    private OneTimeRules(AllowedNames.Users users, List<AddressRange> ranges, List<AddressRange> excluded, int port) {
        this.users = users;
        this.ranges = List.copyOf(ranges);
        this.excluded = List.copyOf(excluded);
        this.port = port;
    }

    /**
     * Reads {@code allowed_users} and {@code default_user}, one of them at least; {@code cidr_list}, the addresses of servers, and {@code exclude_cidr_list}, which count before these; {@code port}, for whoever asks where to go.
     *
     * @throws VaultException {@code validation_error}; {@code invalid_request} for any other member
     */
    public static OneTimeRules parse(JsonNode role) {
        ObjectMembers members = new ObjectMembers(role);
        AllowedNames.Users users = AllowedNames.Users.read(members);
        List<AddressRange> ranges = ranges(members, CIDR_LIST);
        if (ranges.isEmpty()) {
            throw VaultException.invalidField(CIDR_LIST, "must have the addresses of servers: none are meant by none");
        }
        OneTimeRules rules = new OneTimeRules(
                users, ranges, ranges(members, EXCLUDED), members.number(PORT, SSH_PORT, 1, LAST_PORT));
        members.requireNothingElse();
        return rules;
    }

    private static List<AddressRange> ranges(ObjectMembers members, String field) {
        List<AddressRange> ranges = new ArrayList<>();
        List<String> texts = members.list(field);
        for (int i = 0; i < texts.size(); i++) {
            String item = field + "[" + i + "]";
            AddressRange range = AddressRange.parse(texts.get(i))
                    .orElseThrow(() -> VaultException.invalidField(item, "is no range of addresses in CIDR notation"));
            if (range.hasHostBits()) {
                throw VaultException.invalidField(item, "has bits of a host");
            }
            ranges.add(range);
        }
        return ranges;
    }

    /** Puts what {@link #parse} reads into a role that is to be stored or shown. */
    public void describe(ObjectNode role) {
        users.describe(role);
        ranges.forEach(range -> role.withArray(CIDR_LIST).add(range.toString()));
        excluded.forEach(range -> role.withArray(EXCLUDED).add(range.toString()));
        role.put(PORT, port);
    }

    /** For whom a password is; {@code username} absent for the role's default. @throws VaultException {@code name_not_allowed}, {@code validation_error} */
    public String user(@Nullable String username) {
        return users.granted(username == null ? List.of() : List.of(username)).getFirst();
    }

    /** Where a password is good, as it was given. @throws VaultException {@code name_not_allowed} for a server that the role does not name, {@code validation_error} */
    public String server(@Nullable String ip) {
        if (ip == null) {
            throw VaultException.invalidField("ip", "is required: the address of the server");
        }
        IpAddress server = IpAddress.parse(ip)
                .orElseThrow(() -> VaultException.invalidField("ip", "is no address of IPv4 or IPv6"));
        boolean allowed = ranges.stream().anyMatch(range -> range.contains(server))
                && excluded.stream().noneMatch(range -> range.contains(server));
        if (!allowed) {
            throw new VaultException(
                    ErrorCode.NAME_NOT_ALLOWED, "ip is not allowed by the role", Map.of("field", "ip"));
        }
        return ip;
    }

    public int port() {
        return port;
    }
}
