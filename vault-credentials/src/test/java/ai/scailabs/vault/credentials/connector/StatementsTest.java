package ai.scailabs.vault.credentials.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.credentials.connector.SqlTemplate.Hole;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementsTest {
    private static final String NAME = "select {{name}}; ";

    private static VaultException refused(TargetType type, String statement) {
        VaultException[] caught = new VaultException[1];
        assertThatThrownBy(() -> rollback(type, statement)).isInstanceOfSatisfying(VaultException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
            assertThat(e.details().toString()).contains("rollback_statements[0]");
            caught[0] = e;
        });
        return caught[0];
    }

    private static SqlStatements rollback(TargetType type, String statement) {
        return (SqlStatements) Statements.parse(type, List.of(), List.of(), List.of(), List.of(statement));
    }

    private static SqlStatements creation(TargetType type, String... statements) {
        return (SqlStatements) Statements.parse(type, List.of(statements), List.of(), List.of(), List.of());
    }

    /** Each statement with its holes as they are. */
    private static List<String> shown(List<SqlTemplate> templates) {
        return templates.stream()
                .map(template -> template.filled(StatementsTest::shown))
                .toList();
    }

    private static String shown(Hole hole) {
        String after = hole.afterPassword() ? "!" : "";
        return "<" + (hole.placeholder() + " " + hole.marks()).toLowerCase(Locale.ROOT) + after + ">";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ;; -- nothing",
                "select 'it does not end",
                "select \"it does not end",
                "select /* it does not end",
                "select {{unknown}}",
                "select {{name",
                "select {{ name }}",
                "select name}}",
                "select '{{name}} and more'",
                "select 'more and {{name}}'",
                "select 'it''{{name}}'",
                "select '{{name}}''s'",
                "select '{{name}}{{name}}'",
                "select {{name}}{{name}}",
                "select x{{name}}",
                "select {{name}}x",
                "select é{{name}}",
                "select '%'{{name}}",
                "select {{name}}'%'",
                "select /* {{name}} */ 1",
                "select 1 -- {{name}}",
                "select N'{{name}}'",
                "select 'a' '{{name}}'",
                "select 'a'\n{{name}}",
                "select {{password}}",
                "select {{expiration}}",
                "select \0"
            })
    void placeholderThatCouldBeSomethingElse_isRefused(String statement) {
        refused(TargetType.POSTGRESQL, statement);
        refused(TargetType.MYSQL, statement);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select E'{{name}}'",
                "select e'a\\' {{name}}'",
                "select U&'{{name}}'",
                "select U&\"{{name}}\"",
                "do $$ begin execute '{{name}}'; end $$",
                "do $a$ {{name}} $$ $a$",
                "do $a$ it does not end $$",
                "select /* /* */ {{name}} */ 1",
                "select 1 --{{name}}",
                "select E'a'\n'b\\'; {{name}}'"
            })
    void whatPostgresReadsInAnotherWay_isRefused(String statement) {
        refused(TargetType.POSTGRESQL, statement);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 'a\\' {{name}}'",
                "select \"a\\\" {{name}}\"",
                "select _utf8'{{name}}'",
                "select /*!50000 {{name}} */ 1",
                "select /*!50000 1 */",
                "select /*M! 1 */",
                "select 1 # {{name}}",
                "select `a {{name}}`",
                "select 'a' 'b'"
            })
    void whatMysqlReadsInAnotherWay_isRefused(String statement) {
        refused(TargetType.MYSQL, statement);
    }

    @Test
    void refusal_saysWhichStatement_andWhere() {
        assertThat(refused(TargetType.POSTGRESQL, "select 'a {{name}}'"))
                .hasMessage("rollback_statements[0] has a placeholder in the middle of a quoted text (position 11)");
    }

    @Test
    void quotesForNames_areForNamesOnly() {
        assertThatThrownBy(() -> creation(TargetType.POSTGRESQL, NAME + "select \"{{password}}\""))
                .hasMessageContaining("for names");
        assertThatThrownBy(() -> creation(TargetType.MYSQL, NAME + "select `{{password}}`"))
                .hasMessageContaining("for names");
    }

    @Test
    void creationWithoutNameOrPassword_isRefused() {
        assertThatThrownBy(() -> creation(TargetType.MYSQL, "select {{name}}")).hasMessageContaining("{{password}}");
        assertThatThrownBy(() -> creation(TargetType.MYSQL, "select {{password}}"))
                .hasMessageContaining("{{name}}");
    }

    @Test
    void tooManyStatements_orTooLongOnes_areRefused() {
        assertThatThrownBy(() -> rollback(TargetType.MYSQL, "select 1;".repeat(33)))
                .hasMessageContaining("32");
        List<String> many = Collections.nCopies(33, "select 1");
        assertThatThrownBy(() -> Statements.parse(TargetType.MYSQL, List.of(), List.of(), many, List.of()))
                .hasMessageContaining("32");
        assertThatThrownBy(() -> rollback(TargetType.MYSQL, "select '" + "ü".repeat(4096) + "'"))
                .hasMessageContaining("8 KiB");
    }

    @Test
    void statementsOfVault_areUnderstood() {
        assertThat(shown(creation(
                                TargetType.POSTGRESQL,
                                "CREATE ROLE \"{{name}}\" WITH LOGIN ENCRYPTED PASSWORD '{{password}}' VALID UNTIL"
                                        + " '{{expiration}}'; GRANT SELECT ON ALL TABLES IN SCHEMA \"public\" TO"
                                        + " \"{{name}}\";")
                        .creation()))
                .containsExactly(
                        "CREATE ROLE <name double> WITH LOGIN ENCRYPTED PASSWORD <password single!> VALID UNTIL"
                                + " <expiration single>",
                        " GRANT SELECT ON ALL TABLES IN SCHEMA \"public\" TO <name double>");
        assertThat(shown(creation(
                                TargetType.MYSQL,
                                "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}';GRANT SELECT ON *.* TO"
                                        + " '{{name}}'@'%';")
                        .creation()))
                .containsExactly(
                        "CREATE USER <name single>@'%' IDENTIFIED BY <password single>",
                        "GRANT SELECT ON *.* TO <name single>@'%'");
    }

    @Test
    void semicolonsInTexts_andWhatLooksLikeAComment_stayWhereTheyAre() {
        assertThat(shown(rollback(
                                TargetType.POSTGRESQL,
                                "select ';''--' /* ; /* ' */ */, \"a;\"\"\", E'\\';', $x$;$$;$x$, $1 -- it's; \n, a$b;{{name}}")
                        .rollback()))
                .containsExactly("select ';''--'  , \"a;\"\"\", E'\\';', $x$;$$;$x$, $1  \n, a$b", "<name none>");
        assertThat(shown(rollback(TargetType.MYSQL, "select 1--1, `;``` # it's;\n, \";\";-- {\n{{name}}")
                        .rollback()))
                .containsExactly("select 1--1, `;```  \n, \";\"", " \n<name none>");
    }

    @Test
    void wordThatOnlyEndsInPassword_isNotTheWord() {
        assertThat(shown(creation(
                                TargetType.POSTGRESQL,
                                "select {{name}}, x_password {{password}}, \"password\"; alter password/**/{{password}}")
                        .creation()))
                .containsExactly(
                        "select <name none>, x_password <password none>, \"password\"",
                        " alter password <password none!>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "on",
                "off",
                "nopass",
                "reset",
                "resetpass",
                "resetkeys",
                "resetchannels",
                "sanitize-payload",
                "clearselectors",
                ">password",
                "<password",
                "#" + "0000000000000000000000000000000000000000000000000000000000000000",
                "!00",
                "",
                "~",
                "~a b",
                "%RX~a",
                "+get set",
                "(nopass)",
                "(+get >x)",
                "(+get) nopass (+set)",
                "()",
                "get"
            })
    void wordsThatAreNotRules_areRefused(String word) {
        assertThatThrownBy(() -> Statements.parse(TargetType.REDIS, List.of(word), List.of(), List.of(), List.of()))
                .isInstanceOf(VaultException.class)
                .hasMessageStartingWith("creation_statements[0]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "null",
                "{",
                "{} {}",
                "{\"db\": \"admin\", \"db\": \"other\"}",
                "{\"db\": 1}",
                "{\"db\": null}",
                "{\"db\": \"\"}",
                "{\"db\": \"$external\"}",
                "{\"db\": \"a.b\"}",
                "{\"db\": \"a\\u0000\"}",
                "{\"roles\": {}}",
                "{\"roles\": [\"root\"]}",
                "{\"roles\": [{}]}",
                "{\"roles\": [{\"role\": 1}]}",
                "{\"roles\": [{\"role\": \"\"}]}",
                "{\"roles\": [{\"role\": \"a\\u0000b\"}]}",
                "{\"roles\": [{\"role\": \"read\", \"db\": \"a/b\"}]}",
                "{\"roles\": [{\"role\": \"read\", \"privileges\": []}]}",
                "{\"roles\": [[[[[]]]]]}",
                "{\"customData\": {}}",
                "{\"pwd\": \"hunter2\"}"
            })
    void objectsThatAreNotRolesOfMongoDb_areRefused(String object) {
        assertThatThrownBy(() -> mongo(List.of(object), List.of()))
                .isInstanceOf(VaultException.class)
                .hasMessageStartingWith("creation_statements[0]")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void rolesOfMongoDb_areBounded_andSayOneDatabase() {
        String role = "{\"role\": \"read\", \"db\": \"app\"}";
        String many = "{\"roles\": [" + String.join(",", Collections.nCopies(33, role)) + "]}";
        assertThatThrownBy(() -> mongo(List.of(many), List.of())).hasMessageContaining("32");
        String longOne = "{\"roles\": [{\"role\": \"" + "a".repeat(129) + "\"}]}";
        assertThatThrownBy(() -> mongo(List.of(longOne), List.of())).hasMessageContaining("role");
        assertThatThrownBy(() -> mongo(List.of(" ".repeat(8 * 1024) + "{}"), List.of()))
                .hasMessageContaining("8 KiB");
        assertThatThrownBy(() -> mongo(List.of("{}", "{}"), List.of())).hasMessageContaining("one object");
        assertThatThrownBy(() -> mongo(List.of("{\"db\": \"app\"}"), List.of("{\"db\": \"admin\"}")))
                .hasMessageStartingWith("revocation_statements[0]");
        assertThatThrownBy(() -> mongo(List.of(), List.of("{\"roles\": []}")))
                .hasMessageStartingWith("revocation_statements[0]");
        assertThatThrownBy(() -> Statements.parse(TargetType.MONGODB, List.of(), List.of("{}"), List.of(), List.of()))
                .hasMessageStartingWith("renew_statements");
        assertThatThrownBy(() -> rollback(TargetType.MONGODB, "{}")).hasMessageStartingWith("rollback_statements");
    }

    @Test
    void rolesOfVault_areUnderstood() {
        assertThat(mongo(
                        List.of(
                                "{\"db\": \"admin\", \"roles\": [{\"role\": \"readWrite\"}, {\"role\": \"read\", \"db\": \"foo\"}]}"),
                        List.of("{\"db\": \"admin\"}")))
                .isEqualTo(new MongoRoles(
                        "admin",
                        List.of(new MongoRoles.Grant("readWrite", null), new MongoRoles.Grant("read", "foo"))));
        assertThat(mongo(List.of(), List.of())).isEqualTo(new MongoRoles("admin", List.of()));
        assertThat(mongo(List.of("{\"db\": \"app\"}"), List.of())).isEqualTo(new MongoRoles("app", List.of()));
    }

    private static Statements mongo(List<String> creation, List<String> revocation) {
        return Statements.parse(TargetType.MONGODB, creation, List.of(), revocation, List.of());
    }

    @Test
    void rulesOfRedis_areTaken() {
        List<String> rules = List.of(
                "~app:*",
                "%R~x",
                "&news",
                "+@read",
                "-@dangerous",
                "+config|get",
                "allkeys",
                "allchannels",
                "allcommands",
                "nocommands",
                "(+get ~x:*)");
        assertThat(Statements.parse(TargetType.REDIS, rules, List.of(), List.of(), List.of()))
                .isEqualTo(new RedisRules(rules));
        assertThatThrownBy(() -> Statements.parse(TargetType.REDIS, rules, List.of(), List.of("x"), List.of()))
                .hasMessageStartingWith("revocation_statements");
    }
}
