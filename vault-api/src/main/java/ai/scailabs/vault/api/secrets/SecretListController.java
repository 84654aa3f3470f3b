package ai.scailabs.vault.api.secrets;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.time.DurationText;
import ai.scailabs.vault.secrets.listing.ListPage;
import ai.scailabs.vault.secrets.listing.ListQuery;
import ai.scailabs.vault.secrets.listing.SecretListing;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import ai.scailabs.vault.secrets.secret.SecretType;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** Which secrets there are, of those that the caller may list. */
@Controller
public class SecretListController {
    private final SecretListing listing;
    private final Cursors cursors;

    public SecretListController(SecretListing listing, Cursors cursors) {
        this.listing = listing;
        this.cursors = cursors;
    }

    @GetMapping({SecretTarget.OWN, SecretTarget.SHARED})
    @Endpoint(scope = "secrets:list", action = AuditAction.LIST, category = PathCategory.SECRETS_LIST)
    public Answer list(Call call, HttpServletRequest request) {
        SecretSpace space = SecretTarget.space(request, call);
        QueryParameters parameters = QueryParameters.of(
                request,
                "prefix",
                "recursive",
                "tag",
                "secret_type",
                "owner",
                "expiring_within",
                "include_deleted",
                "q",
                "limit",
                "cursor");
        String list = request.getRequestURI() + "?" + parameters.filters();
        String after = cursors.decode(call, list, parameters.text("cursor"));
        ListQuery query = query(parameters, after);
        if (!query.prefix().isEmpty()) {
            call.about(query.prefix());
        }
        ListPage page = listing.list(call.located(), space, query);
        String cursor = cursors.encode(call, list, page.nextAfter());
        return Answer.ok(call.recorded(MountedJson.facts(page.mounted(), page.unavailable())), json -> {
            if (page.mounted().isEmpty()) {
                json.objects("secrets", page.secrets(), SecretJson::write);
            } else {
                json.objects("secrets", MountedJson.merged(page.secrets(), page.mounted()), MountedJson::write);
            }
            if (!query.recursive()) {
                json.texts("folders", page.folders());
            }
            json.text("cursor", cursor).flag("has_more", cursor != null);
            MountedJson.unavailable(json, page.unavailable());
        });
    }

    private static ListQuery query(QueryParameters parameters, @Nullable String after) {
        String prefix = parameters.text("prefix");
        String type = parameters.text("secret_type");
        String within = parameters.text("expiring_within");
        Boolean recursive = parameters.flag("recursive");
        Duration expiringWithin = within == null ? null : DurationText.parse("expiring_within", within);
        return new ListQuery(
                prefix == null ? "" : prefix,
                recursive == null || recursive,
                parameters.text("tag"),
                type == null ? null : SecretType.parse(type),
                parameters.text("owner"),
                expiringWithin,
                parameters.isTrue("include_deleted"),
                parameters.text("q"),
                parameters.limit(),
                after);
    }
}
