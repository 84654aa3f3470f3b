package ai.scailabs.vault.events.outbox;

import ai.scailabs.vault.kernel.error.VaultException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What may be told. Nobody is told what they did not name: two of these come with every read and every refusal. */
public enum EventType {
    SECRET_CREATED("secret.created", true),
    SECRET_UPDATED("secret.updated", true),
    SECRET_METADATA_UPDATED("secret.metadata.updated", true),
    SECRET_DELETED("secret.deleted", true),
    SECRET_VERSION_DESTROYED("secret.version.destroyed", true),
    SECRET_RESTORED("secret.restored", true),
    SECRET_ACCESSED("secret.accessed", true),
    SECRET_EXPIRING("secret.expiring", true),
    SECRET_EXPIRED("secret.expired", true),
    SECRET_ROTATED("secret.rotated", true),
    ROTATION_DUE("rotation.due", true),
    ROTATION_OVERDUE("rotation.overdue", true),
    ROTATION_COMPLETED("rotation.completed", true),
    ROTATION_FAILED("rotation.failed", true),
    LEASE_GRANTED("lease.granted", true),
    LEASE_RENEWED("lease.renewed", true),
    LEASE_REVOKED("lease.revoked", true),
    LEASE_EXPIRED("lease.expired", true),
    LEASE_REVOCATION_FAILED("lease.revocation_failed", true),
    POLICY_CREATED("policy.created", false),
    POLICY_UPDATED("policy.updated", false),
    POLICY_DELETED("policy.deleted", false),
    POLICY_BINDING_CREATED("policy.binding.created", false),
    POLICY_BINDING_DELETED("policy.binding.deleted", false),
    POLICY_VIOLATION("policy.violation", true),
    CERTIFICATE_ISSUED("certificate.issued", true),
    CERTIFICATE_RENEWED("certificate.renewed", true),
    CERTIFICATE_RENEWAL_FAILED("certificate.renewal_failed", true),
    CERTIFICATE_REVOKED("certificate.revoked", true),
    CERTIFICATE_RELEASED("certificate.released", true),
    CERTIFICATE_EXPIRING("certificate.expiring", true),
    FEDERATION_SYNC_COMPLETED("federation.sync_completed", true),
    FEDERATION_SYNC_FAILED("federation.sync_failed", true),
    FEDERATION_CONFLICT("federation.conflict", true);

    /** Of a delivery that somebody asked for to see whether it arrives; nobody subscribes to it. */
    public static final String TEST = "webhook.test";

    private final String wireName;
    private final boolean hasPath;

    EventType(String wireName, boolean hasPath) {
        this.wireName = wireName;
        this.hasPath = hasPath;
    }

    public String wireName() {
        return wireName;
    }

    /** Whether it is about something at a path, so that a rule can say who may know of it. */
    public boolean hasPath() {
        return hasPath;
    }

    /**
     * @param names as a caller gave them
     * @throws VaultException {@code validation_error}
     */
    public static Set<EventType> parseAll(@Nullable List<@Nullable String> names) {
        if (names == null || names.isEmpty()) {
            throw VaultException.invalidField("events", "must name one event or more");
        }
        Set<EventType> types = EnumSet.noneOf(EventType.class);
        for (String name : names) {
            EventType type = ofName(name);
            if (type == null) {
                throw VaultException.invalidField("events", "has a name that is none of " + String.join(", ", names()));
            }
            types.add(type);
        }
        return types;
    }

    /** Names that a newer version stored mean nothing here. */
    static Set<EventType> known(List<String> names) {
        Set<EventType> types = EnumSet.noneOf(EventType.class);
        for (String name : names) {
            EventType type = ofName(name);
            if (type != null) {
                types.add(type);
            }
        }
        return types;
    }

    /** Null when there is none. */
    public static @Nullable EventType ofName(@Nullable String name) {
        for (EventType type : values()) {
            if (type.wireName.equals(name)) {
                return type;
            }
        }
        return null;
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>();
        for (EventType type : values()) {
            names.add(type.wireName);
        }
        return names;
    }
}
