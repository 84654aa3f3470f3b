package ai.scailabs.vault.identity.event;

import ai.scailabs.vault.identity.scaikey.MalformedWord;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an event is about, and where what it says is kept. */
enum Subject {
    PARTNER,
    TENANT,
    USER,
    GROUP,
    OTHER;

    static Subject of(ScaiKeyEvent event) {
        return switch (event.type().substring(0, event.type().indexOf('.'))) {
            case "partner" -> PARTNER;
            case "tenant" -> TENANT;
            case "user" -> USER;
            case "group" -> GROUP;
            default -> OTHER;
        };
    }

    /** Of an event that means nothing here, the most that it names. */
    TenantId space(ScaiKeyEvent event) throws MalformedWord {
        return switch (this) {
            case PARTNER, TENANT -> TenantId.sharedBy(partner(event));
            case USER, GROUP -> tenant(event);
            case OTHER -> {
                if (event.tenant() != null) {
                    yield event.tenant();
                }
                yield event.partner() == null ? TenantId.UNIDENTIFIED : TenantId.sharedBy(event.partner());
            }
        };
    }

    PartnerId partner(ScaiKeyEvent event) throws MalformedWord {
        return this == PARTNER
                ? agreed(resource(event).flatMap(PartnerId::parse), event.partner(), "partner_id")
                : required(event.partner(), "partner_id");
    }

    TenantId tenant(ScaiKeyEvent event) throws MalformedWord {
        return this == TENANT
                ? agreed(resource(event).flatMap(TenantId::parse), event.tenant(), "tenant_id")
                : required(event.tenant(), "tenant_id");
    }

    private static Optional<String> resource(ScaiKeyEvent event) {
        return Optional.ofNullable(event.resourceId());
    }

    private static <T> T agreed(Optional<T> resource, @Nullable T named, String member) throws MalformedWord {
        T id = resource.orElseThrow(() -> new MalformedWord("resource.id is missing or malformed"));
        if (named != null && !named.equals(id)) {
            throw new MalformedWord(member + " is not the resource");
        }
        return id;
    }

    private static <T> T required(@Nullable T value, String member) throws MalformedWord {
        if (value == null) {
            throw new MalformedWord(member + " is missing");
        }
        return value;
    }
}
