package ai.scailabs.vault.persistence.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseLoginTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgresql://app:pw@db.example.test:6543/vault?sslmode=disable | jdbc:postgresql://db.example.test:6543/vault?sslmode=disable | app | pw
            postgres://app:pw@db/vault                                     | jdbc:postgresql://db:5432/vault                              | app | pw
            postgresql://app@db/vault                                      | jdbc:postgresql://db:5432/vault                              | app | ''
            postgresql://app:@db/vault                                     | jdbc:postgresql://db:5432/vault                              | app | ''
            postgresql://a%40b:p%40s%3As%2Fw%25+d@db/vault                 | jdbc:postgresql://db:5432/vault                              | a@b | p@s:s/w%+d
            postgresql://app:with:colon@db/vault                           | jdbc:postgresql://db:5432/vault                              | app | with:colon
            postgresql://app:%C3%A9@db/vault                               | jdbc:postgresql://db:5432/vault                              | app | é
            postgresql://app:pw@[::1]:5433/vault                           | jdbc:postgresql://[::1]:5433/vault                           | app | pw
            postgresql://app:pw@[2001:db8::7]/vault                        | jdbc:postgresql://[2001:db8::7]:5432/vault                   | app | pw
            postgresql://app:pw@one:5433,two,[::1]/vault                   | jdbc:postgresql://one:5433,two:5432,[::1]:5432/vault         | app | pw
            """)
    void wellFormed_isRead(String url, String jdbcUrl, String user, String password) {
        assertThat(DatabaseLogin.parse(url)).contains(new DatabaseLogin(jdbcUrl, user, password));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ?sslmode=require                              | ?sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory     | verify-full
            ?a=1&sslmode=require&b=2                      | ?a=1&sslmode=verify-full&b=2&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory | verify-full
            ?sslmode=verify-full                          | ?sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory     | verify-full
            ?sslmode=verify-ca&sslrootcert=/ca.crt        | ?sslmode=verify-ca&sslrootcert=/ca.crt                                       | verify-ca
            ?sslrootcert=/ca.crt&sslmode=require          | ?sslrootcert=/ca.crt&sslmode=verify-full                                     | verify-full
            ?sslmode=required                             | ?sslmode=required                                                            | required
            ?sslmode=prefer                               | ?sslmode=prefer                                                              | prefer
            ''                                            | ''                                                                           | ''
            """)
    void encryption_isVerifiedOrSaidNotToBe(String query, String expected, String mode) {
        DatabaseLogin login =
                DatabaseLogin.parse("postgresql://app:pw@db/vault" + query).orElseThrow();

        assertThat(login.jdbcUrl()).isEqualTo("jdbc:postgresql://db:5432/vault" + expected);
        assertThat(login.sslMode()).isEqualTo(mode);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "vault",
                "mysql://app:pw@db/vault",
                "jdbc:postgresql://db/vault",
                "postgresql://db/vault",
                "postgresql://:pw@db/vault",
                "postgresql://app:pw@/vault",
                "postgresql://app:pw@db",
                "postgresql://app:pw@db/",
                "postgresql://app:pw@db:70000/vault",
                "postgresql://app:pw@db:x/vault",
                "postgresql://app:pw@db,/vault",
                "postgresql://app:pw@::1/vault",
                "postgresql://app:p w@db/vault",
                "postgresql://app:p%zz@db/vault",
                "postgresql://app:p@w@db/vault",
                "postgresql://app:pw@db/vault/more",
                "postgresql://app:pw@db/vault#fragment",
                "postgresql://app:pw@db/vault?password=other",
                "postgresql://app:pw@db/vault?sslmode=require&user=other",
                "postgresql://app:pw@db/vault?sslmode=require&sslmode=disable"
            })
    void malformed_isRefused(String url) {
        assertThat(DatabaseLogin.parse(url)).isEmpty();
    }

    @Test
    void text_holdsNeitherPasswordNorQuery() {
        DatabaseLogin login = DatabaseLogin.parse("postgresql://app:hunter2@db/vault?sslpassword=hunter3")
                .orElseThrow();

        assertThat(login).hasToString("app@jdbc:postgresql://db:5432/vault");
    }
}
