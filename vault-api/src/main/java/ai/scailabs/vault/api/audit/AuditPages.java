package ai.scailabs.vault.api.audit;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.log.AuditPage;
import ai.scailabs.vault.audit.log.AuditPosition;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What the questions about the log have in common: filters, and pages with their cursors. */
@Component
public class AuditPages {
    static final String SCOPE = "audit:read";

    private final Cursors cursors;

    public AuditPages(Cursors cursors) {
        this.cursors = cursors;
    }

    /** Where the page begins; null for the newest entry. */
    @Nullable
    AuditPosition position(Call call, String list, QueryParameters parameters) {
        String text = cursors.decode(call, list, parameters.text("cursor"));
        if (text == null) {
            return null;
        }
        String[] parts = text.split(" ", 2);
        return new AuditPosition(Instant.parse(parts[0]), UUID.fromString(parts[1]));
    }

    /** @param list as for {@link #position} */
    Shown shown(Call call, String list, AuditPage page) {
        AuditPosition end = page.end();
        return new Shown(page, end == null ? null : cursors.encode(call, list, end.occurredAt() + " " + end.id()));
    }

    static List<AuditAction> actions(QueryParameters parameters) {
        List<AuditAction> actions = new ArrayList<>();
        String text = parameters.text("action");
        if (text != null) {
            for (String name : text.split(",", -1)) {
                actions.add(AuditAction.parse(name.strip())
                        .orElseThrow(() -> VaultException.invalidField("action", "names an unknown action")));
            }
        }
        return actions;
    }

    static @Nullable String identityType(QueryParameters parameters) {
        String text = parameters.text("identity_type");
        if (text != null && IdentityType.parse(text).isEmpty()) {
            throw VaultException.invalidField("identity_type", "must be user, service_account, group or system");
        }
        return text;
    }

    /** A page and the cursor of the next one. */
    record Shown(AuditPage page, @Nullable String cursor) {
        void write(JsonWriter json) {
            json.objects("logs", page.entries(), AuditJson::entry)
                    .text("cursor", cursor)
                    .flag("has_more", cursor != null);
        }
    }
}
