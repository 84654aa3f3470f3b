package ai.scailabs.vault.federation.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.federation.remote.BackendType;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathMappingTest {
    @ParameterizedTest
    @CsvSource({
        "hashicorp-vault, external/old/**, secret/data/../auth/**",
        "hashicorp-vault, external/old/**, secret/data/./**",
        "hashicorp-vault, external/old/**, secret/data%2F**",
        "hashicorp-vault, external/old/**, secret/data/{{identity}}/**",
        "hashicorp-vault, external/old/**, secret//data/**",
        "hashicorp-vault, external/old/**, /secret/data/**",
        "hashicorp-vault, external/old/**, secret/data/app-**",
        "hashicorp-vault, external/old/**, **",
        "hashicorp-vault, external/old/**, secret/data/**/x",
        "hashicorp-vault, external/old/**, secret/data/*",
        "hashicorp-vault, external/old, secret",
        "hashicorp-vault, external/old?/**, secret/data/**",
        "hashicorp-vault, External/old/**, secret/data/**",
        "hashicorp-vault, external/**/x, secret/data/**",
        "hashicorp-vault, external/old/../**, secret/data/**",
        "hashicorp-vault, *, secret/data/*",
        "aws-secrets-manager, external/aws/**, prod/../**",
        "aws-secrets-manager, external/aws/db, arn:aws:secretsmanager:eu-west-1:1:secret:db",
        "aws-secrets-manager, external/aws/**, prod//**",
        "azure-key-vault, external/azure/**, **",
        "azure-key-vault, external/azure/*, app_*",
        "azure-key-vault, external/azure/*, app/*",
        "google-secret-manager, external/google/**, app-**",
        "google-secret-manager, external/google/*, projects/p/secrets/*",
    })
    void whatCouldLeadElsewhere_isRefused(String type, String pattern, String template) {
        assertThatThrownBy(() -> mapping(type, Map.of(pattern, template)))
                .isInstanceOfSatisfying(VaultException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_CONFIG);
                    assertThat(refused.details()).containsEntry("field", "path_mapping");
                    assertThat(refused.getMessage()).endsWith(": entry 1");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "hashicorp-vault, a/**, secret/data/a/**, a/b/**, secret/data/b/**",
        "hashicorp-vault, a/**, secret/data/a/**, a/b, secret/data/b",
        "hashicorp-vault, a/*, secret/data/a/*, a/b, secret/data/b",
        "hashicorp-vault, a/**, secret/data/x/**, b/**, secret/data/x/y/**",
        "hashicorp-vault, a/x, secret/data/x, b/x, secret/data/x",
        "aws-secrets-manager, a/*, app-*, b/*, app-x-*",
        "azure-key-vault, a/*, App-*, b/*, app-*",
    })
    void twoWaysToOneSecret_areRefused(String type, String one, String oneThere, String other, String otherThere) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put(one, oneThere);
        entries.put(other, otherThere);

        assertThatThrownBy(() -> mapping(type, entries))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_CONFIG));
    }

    @Test
    void whatFollowsThePattern_isCarriedOver() {
        PathMapping mapping = mapping("hashicorp-vault", Map.of("external/old/**", "secret/data/**"));
        SecretPath path = new SecretPath("external/old/app/key");

        MappingRule rule = mapping.ruleFor(path).orElseThrow();

        assertThat(rule.toRemote(path)).contains("secret/data/app/key");
        assertThat(rule.toLocal("secret/data/app/key")).contains(path);
        assertThat(rule.toLocal("secret/data/App/key")).isEmpty();
        assertThat(rule.toLocal("secret/datax/app")).isEmpty();
        assertThat(mapping.ruleFor(new SecretPath("external/old"))).isEmpty();
        assertThat(mapping.ruleFor(new SecretPath("external/older/app"))).isEmpty();
    }

    @Test
    void aNameThatCannotBeThere_leadsNowhere() {
        PathMapping mapping = mapping("azure-key-vault", Map.of("external/azure/*", "app-*"));

        assertThat(mapping.rules().getFirst().toRemote(new SecretPath("external/azure/db_password")))
                .isEmpty();
        assertThat(mapping.ruleFor(new SecretPath("external/azure/db/password")))
                .isEmpty();
    }

    @Test
    void mappingsOfOneTenant_tellWhereTheyOverlap() {
        PathMapping one = mapping("hashicorp-vault", Map.of("external/**", "secret/data/**"));
        PathMapping other = mapping("aws-secrets-manager", Map.of("external/aws/*", "prod/*"));
        PathMapping apart = mapping("aws-secrets-manager", Map.of("aws/**", "**"));

        assertThat(one.overlapWith(other)).isEqualTo("external/** and external/aws/*");
        assertThat(one.overlapWith(apart)).isNull();
    }

    /** Whatever was accepted, no two paths lead to one name, and every name leads back. */
    @Test
    void randomMappings_areOneToOne() {
        Random random = new Random(7);
        int accepted = 0;
        for (int round = 0; round < 20_000; round++) {
            BackendType type = BackendType.values()[random.nextInt(4)];
            Map<String, String> entries = new LinkedHashMap<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                String wildcard = List.of("", "*", "**").get(random.nextInt(3));
                entries.put(text(random, wildcard), text(random, wildcard));
            }
            PathMapping mapping;
            try {
                mapping = PathMapping.of(type, entries);
            } catch (VaultException refused) {
                continue;
            }
            accepted++;
            Map<String, String> led = new LinkedHashMap<>();
            for (int i = 0; i < 40; i++) {
                String text = text(random, "");
                if (!SecretPath.isLegal(text)) {
                    continue;
                }
                SecretPath path = new SecretPath(text);
                Optional<String> name = mapping.ruleFor(path).flatMap(rule -> rule.toRemote(path));
                if (name.isPresent()) {
                    String folded = NameForm.of(type).folded(name.get());
                    assertThat(led.getOrDefault(folded, text)).isEqualTo(text);
                    led.put(folded, text);
                    assertThat(mapping.ruleFor(path).orElseThrow().toLocal(name.get()))
                            .contains(path);
                }
            }
        }
        assertThat(accepted).isGreaterThan(1_000);
    }

    private static String text(Random random, String wildcard) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            text.append(List.of("a", "b", "ab", "a-", "B", "a_").get(random.nextInt(6)))
                    .append(i > 0 || !wildcard.isEmpty() ? (random.nextInt(4) == 0 ? "" : "/") : "");
        }
        return text.append(wildcard).toString();
    }

    private static PathMapping mapping(String type, Map<String, String> entries) {
        return PathMapping.of(BackendType.parse(type).orElseThrow(), entries);
    }
}
