package ai.scailabs.vault.api.secrets;

import ai.scailabs.vault.access.quota.Allowance;
import ai.scailabs.vault.access.quota.RateCategory;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.RateGate;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditReceipt;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.listing.MetadataBatch;
import ai.scailabs.vault.secrets.listing.SecretListing;
import ai.scailabs.vault.secrets.secret.BatchResult;
import ai.scailabs.vault.secrets.secret.RevealedSecret;
import ai.scailabs.vault.secrets.secret.SecretBatch;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import ai.scailabs.vault.secrets.secret.SecretView;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;

/** Many secrets in one call; every path has its own outcome and its own audit row. */
@Controller
public class SecretBatchController {
    /** Of the error of one path. */
    private static final List<String> SHOWN_DETAILS = List.of("backend", "reason", "decision_id");

    private final SecretBatch batch;
    private final SecretListing listing;
    private final RateGate rates;
    private final JsonBody bodies;
    private final SecretMetrics metrics;

    public SecretBatchController(
            SecretBatch batch, SecretListing listing, RateGate rates, JsonBody bodies, SecretMetrics metrics) {
        this.batch = batch;
        this.listing = listing;
        this.rates = rates;
        this.bodies = bodies;
        this.metrics = metrics;
    }

    @PostMapping({SecretTarget.OWN + "/batch", SecretTarget.SHARED + "/batch"})
    @Endpoint(scope = "secrets:read", action = AuditAction.READ, category = PathCategory.BATCH_READ)
    public Answer read(Call call, HttpServletRequest request) {
        SecretSpace space = SecretTarget.space(request, call);
        BatchRequests.Read body = bodies.read(request, BatchRequests.Read.class);
        List<SecretPath> paths = body.secretPaths().stream().distinct().toList();
        try (BatchResult result = paid(call, space, paths, body)) {
            Map<String, VaultException> errors = new LinkedHashMap<>();
            AuditReceipt receipt = record(call, result, errors);
            result.secrets()
                    .values()
                    .forEach(secret -> metrics.read(call.tenant(), secret.view().type()));
            return Answer.ok(
                    receipt,
                    json -> json.objects(
                                    "secrets",
                                    byText(result.secrets()),
                                    (each, secret) -> write(each, secret, body.includeMetadata()))
                            .objects("errors", errors, SecretBatchController::write));
        }
    }

    @PostMapping({SecretTarget.OWN + "/batch/metadata", SecretTarget.SHARED + "/batch/metadata"})
    @Endpoint(scope = "secrets:list", action = AuditAction.METADATA_READ, category = PathCategory.BATCH_METADATA)
    public Answer metadata(Call call, HttpServletRequest request) {
        SecretSpace space = SecretTarget.space(request, call);
        BatchRequests.Metadata body = bodies.read(request, BatchRequests.Metadata.class);
        MetadataBatch result = listing.metadataBatch(call.located(), space, body.given(), body.expand());
        Map<String, Object> secrets = MountedJson.byText(result);
        Map<String, Object> facts = MountedJson.facts(secrets.values(), result.unavailable());
        facts.put("secrets", secrets.size());
        facts.put("errors", result.errors().size());
        return Answer.ok(call.recorded(facts), json -> {
            json.objects("secrets", secrets, MountedJson::write)
                    .objects("errors", byText(result.errors()), SecretBatchController::write)
                    .flag("truncated", result.truncated());
            MountedJson.unavailable(json, result.unavailable());
        });
    }

    /** Every value costs a unit of what the identity may read. It is paid before anything is looked up: a path that is not paid tells nothing about itself. */
    private BatchResult paid(Call call, SecretSpace space, List<SecretPath> paths, BatchRequests.Read body) {
        Allowance allowance = rates.payUpTo(call, RateCategory.SECRETS_READ, paths.size());
        int paid = allowance.granted();
        int given = 0;
        try {
            BatchResult looked = paid == 0
                    ? new BatchResult(Map.of(), Map.of(), false)
                    : batch.read(call.located(), space, paths.subList(0, paid), body.version(), body.failFast());
            BatchResult whole = paid == paths.size() || looked.aborted()
                    ? looked
                    : withUnpaid(looked, paths.subList(paid, paths.size()), allowance, body.failFast());
            given = whole.secrets().size();
            return whole;
        } finally {
            rates.giveBack(call, RateCategory.SECRETS_READ, paid - given);
        }
    }

    private static BatchResult withUnpaid(
            BatchResult looked, List<SecretPath> unpaid, Allowance allowance, boolean failFast) {
        VaultException refusal = RateGate.refusal(allowance, RateCategory.SECRETS_READ);
        if (failFast) {
            looked.close();
            return new BatchResult(Map.of(), Map.of(unpaid.getFirst(), refusal), true);
        }
        Map<SecretPath, VaultException> errors = new LinkedHashMap<>(looked.errors());
        unpaid.forEach(path -> errors.put(path, refusal));
        return new BatchResult(looked.secrets(), errors, false);
    }

    /**
     * One row per path; the last receipt stands for all, which are durable by then.
     *
     * @param errors gets what is shown of those that failed
     */
    private static AuditReceipt record(Call call, BatchResult result, Map<String, VaultException> errors) {
        List<AuditReceipt> receipts = new ArrayList<>();
        result.secrets()
                .forEach((path, secret) ->
                        receipts.add(call.recordedAbout(path.value(), null, readFacts(secret.view()))));
        result.errors().forEach((path, failure) -> {
            Call.Refusal refusal = call.refusedAbout(path.value(), failure, Map.of("batch", true));
            receipts.add(refusal.receipt());
            errors.put(path.value(), refusal.shown());
        });
        receipts.forEach(AuditReceipt::await);
        return receipts.getLast();
    }

    private static Map<String, Object> readFacts(SecretView view) {
        Map<String, Object> facts = new LinkedHashMap<>(SecretJson.facts(view.source()));
        facts.put("batch", true);
        facts.put("version", view.version());
        return facts;
    }

    private static void write(JsonWriter json, RevealedSecret secret, boolean withMetadata) {
        SecretView view = secret.view();
        json.secret("data", secret.data())
                .number("version", view.version())
                .text("secret_type", view.type().wireName());
        if (view.source() != null) {
            json.text("backend", view.source().name());
        }
        if (withMetadata) {
            json.json("metadata", view.metadataJson())
                    .time("created_at", view.createdAt())
                    .time("updated_at", view.updatedAt())
                    .time("expires_at", view.expiresAt());
        }
    }

    private static void write(JsonWriter json, VaultException failure) {
        json.text("code", failure.code().code()).text("message", failure.getMessage());
        for (String detail : SHOWN_DETAILS) {
            if (failure.details().get(detail) instanceof String known) {
                json.text(detail, known);
            }
        }
    }

    private static <T> Map<String, T> byText(Map<SecretPath, T> byPath) {
        Map<String, T> byText = new LinkedHashMap<>();
        byPath.forEach((path, value) -> byText.put(path.value(), value));
        return byText;
    }
}
