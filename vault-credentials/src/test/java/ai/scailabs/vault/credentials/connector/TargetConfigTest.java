package ai.scailabs.vault.credentials.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.testkit.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetConfigTest {
    private static final String LOGIN = "{{username}}:{{password}}@";

    private static TargetConfig parse(TargetType type, String url) {
        return parse(type, url, null);
    }

    private static TargetConfig parse(TargetType type, String url, @Nullable String tls) {
        return TargetConfig.parse(type, url, tls, null, null, false);
    }

    private static void refused(TargetType type, String url, String member) {
        assertThatThrownBy(() -> parse(type, url)).isInstanceOfSatisfying(VaultException.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_CONFIG);
            assertThat(refused.details()).containsEntry("field", "config." + member);
            assertThat(refused).hasMessageNotContaining("hunter2");
        });
    }

    /** What drivers were attacked with: classes to load, files to write and to read, other servers to call. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "socketFactory=org.springframework.context.support.ClassPathXmlApplicationContext&socketFactoryArg=http://x",
                "loggerLevel=DEBUG&loggerFile=/tmp/x",
                "sslfactory=java.io.FileOutputStream&sslfactoryarg=/tmp/x",
                "sslhostnameverifier=x",
                "sslpasswordcallback=x",
                "authenticationPluginClassName=x",
                "jaasApplicationName=x",
                "sslrootcert=/etc/passwd",
                "options=-c%20x",
                "service=x",
                "user=root",
                "password=hunter2",
                "allowLocalInfile=true",
                "credentialType=AWS-IAM",
                "serverRsaPublicKeyFile=/etc/passwd",
                "allowPublicKeyRetrieval=true",
                "autoDeserialize=true",
                "queryInterceptors=x",
                "trustStore=http://x",
                "sessionVariables=x",
                "initSql=x",
                "localSocket=/x",
                "pipe=x",
                "sslmode=verify-full&socketFactory=x",
                "sslmode=verify-full&",
                "sslmode=verify-full&sslmode=disable",
                "sslmode=verify-full&tls=false",
                "sslmode=prefer",
                "sslmode=allow",
                "sslmode",
                "sslmode=",
                "tls=skip-verify",
                "tls=preferred",
                "sslmode=disable",
                "hunter2"
            })
    void optionThatIsNotForTls_isRefused(String options) {
        refused(TargetType.POSTGRESQL, "postgresql://" + LOGIN + "db.example.com/app?" + options, "connection_url");
        refused(TargetType.MYSQL, "mysql://" + LOGIN + "db.example.com/app?" + options, "connection_url");
        refused(TargetType.MYSQL, LOGIN + "tcp(db.example.com)/app?" + options, "connection_url");
        refused(TargetType.REDIS, "rediss://" + LOGIN + "db.example.com/0?" + options, "connection_url");
        refused(TargetType.MONGODB, "mongodb://" + LOGIN + "db.example.com/app?" + options, "connection_url");
    }

    @Test
    void optionThatIsRefused_isNamed() {
        assertThatThrownBy(() -> parse(TargetType.POSTGRESQL, "postgresql://db/app?loggerFile=/tmp/x"))
                .hasMessage("config.connection_url has an option loggerFile that is not permitted");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "postgresql:",
                "jdbc:postgresql://db/app",
                "mysql://db/app",
                "postgresql://root:hunter2@db/app",
                "postgresql://root@db/app",
                "postgresql://{{username}}:hunter2@db/app",
                "postgresql://{{username}}:{{password}}@root:hunter2@db/app",
                "postgresql://db",
                "postgresql://db/",
                "postgresql:///app",
                "postgresql://db,other/app",
                "postgresql://db:0/app",
                "postgresql://db:65536/app",
                "postgresql://db:x/app",
                "postgresql://[::1/app",
                "postgresql://[1.2.3]/app",
                "postgresql://db/app/more",
                "postgresql://db/a%20b",
                "postgresql://db/app#x",
                "postgresql://db/app?a=b#x",
                "postgresql://d b/app",
                "postgresql://db/app\n",
                "POSTGRESQL://db/app"
            })
    void urlOfAnotherForm_isRefused(String url) {
        refused(TargetType.POSTGRESQL, url, "connection_url");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mongodb://{{username}}:{{password}}@db,other/app",
                "mongodb://db/app?authSource=$external",
                "mongodb://db/app?authSource=",
                "mongodb://db/app?authSource=a&authsource=b",
                "mongodb://db/app?replicaSet=a%20b",
                "mongodb://db/app?directConnection=false",
                "mongodb://db/app?tls=maybe",
                "mongodb://db/app?tls=true&ssl=true",
                "mongodb://db/app?authMechanism=PLAIN",
                "mongodb://db/app?authMechanismProperties=SERVICE_HOST:other",
                "mongodb://db/app?proxyHost=other",
                "mongodb://db/app?tlsAllowInvalidCertificates=true",
                "mongodb://db/app?tlsCAFile=/etc/passwd",
                "mongodb://db/app?loadBalanced=true",
                "mongodb://db/app?compressors=zlib",
                "mongodb://db/app?srvServiceName=x",
                "mongodb://db/a.b",
                "mongodb://db/$external",
                "mongodb://root:hunter2@db/app",
                "mongodb+srv://root:hunter2@db/app"
            })
    void urlOfMongoDb_thatLeadsElsewhere_isRefused(String url) {
        refused(TargetType.MONGODB, url, "connection_url");
    }

    @Test
    void hostsThatDnsNames_areRefused_andWhyIsSaid() {
        assertThatThrownBy(
                        () -> parse(TargetType.MONGODB, "mongodb+srv://{{username}}:{{password}}@db.example.com/app"))
                .hasMessage(
                        "config.connection_url must be of the form mongodb://, as nobody has checked the hosts that DNS names");
    }

    @Test
    void replicaSet_isKept() {
        assertThat(parse(TargetType.MONGODB, "mongodb://db/?replicaSet=rs0").replicaSet())
                .isEqualTo("rs0");
    }

    @Test
    void plainText_isSaidByTheConfig_notByTheUrl() {
        refused(TargetType.REDIS, "redis://cache.example.com", "connection_url");
        refused(TargetType.MYSQL, "mysql://db.example.com/?tls=false", "connection_url");
        assertThat(parse(TargetType.REDIS, "redis://cache.example.com", "disabled")
                        .encrypted())
                .isFalse();
        assertThat(parse(TargetType.POSTGRESQL, "postgres://db/app?sslmode=disable", "disabled")
                        .encrypted())
                .isFalse();
        assertThat(parse(TargetType.POSTGRESQL, "postgres://db/app", "disabled").encrypted())
                .isFalse();
        assertThatThrownBy(() -> parse(TargetType.REDIS, "rediss://cache.example.com", "disabled"))
                .hasMessageStartingWith("config.tls ");
        assertThatThrownBy(() -> parse(TargetType.REDIS, "rediss://cache.example.com", "skip-verify"))
                .hasMessageStartingWith("config.tls ");
    }

    @Test
    void plainText_goesWithoutSaying_onThisMachineInDevelopmentOnly() {
        for (String host : new String[] {"localhost", "127.0.0.1", "[::1]"}) {
            String url = "postgresql://" + host + "/app";
            assertThat(TargetConfig.parse(TargetType.POSTGRESQL, url, null, null, null, true)
                            .encrypted())
                    .isFalse();
            assertThat(parse(TargetType.POSTGRESQL, url).encrypted()).isTrue();
        }
        assertThat(TargetConfig.parse(TargetType.POSTGRESQL, "postgresql://db/app", null, null, null, true)
                        .encrypted())
                .isTrue();
        assertThat(TargetConfig.parse(
                                TargetType.POSTGRESQL,
                                "postgresql://localhost/app?sslmode=require",
                                null,
                                null,
                                null,
                                true)
                        .encrypted())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "POSTGRESQL,postgresql://{{username}}:{{password}}@db.example.com/app,db.example.com,5432,app",
        "POSTGRESQL,postgres://db.example.com:6432/app_1?sslmode=verify-full,db.example.com,6432,app_1",
        "POSTGRESQL,postgresql://[2001:db8::1]:6432/app?sslmode=require,2001:db8::1,6432,app",
        "MYSQL,mysql://{{username}}:{{password}}@db.example.com,db.example.com,3306,''",
        "MYSQL,mariadb://db.example.com:3307/app?ssl-mode=VERIFY_IDENTITY,db.example.com,3307,app",
        "MYSQL,{{username}}:{{password}}@tcp(db.example.com:3307)/app?tls=true,db.example.com,3307,app",
        "MYSQL,{{username}}:{{password}}@tcp(db.example.com)/,db.example.com,3306,''",
        "REDIS,rediss://{{username}}:{{password}}@cache.example.com:6380/0,cache.example.com,6380,0",
        "MONGODB,mongodb://{{username}}:{{password}}@db.example.com,db.example.com,27017,admin",
        "MONGODB,mongodb://{{username}}:{{password}}@db.example.com/?tls=true,db.example.com,27017,admin",
        "MONGODB,mongodb://{{username}}:{{password}}@db.example.com:27018/app,db.example.com,27018,app",
        "MONGODB,mongodb://[2001:db8::1]/app?AuthSource=users&ssl=true&directConnection=true,2001:db8::1,27017,users"
    })
    void urlsOfVault_areUnderstood(TargetType type, String url, String host, int port, String database) {
        assertThat(parse(type, url)).isEqualTo(new TargetConfig(type, host, port, database, true, null, "%", null));
    }

    @Test
    void authorities_areCertificates_andForTlsOnly(@TempDir Path folder) throws Exception {
        String pem =
                Files.readString(TestCertificate.create(folder, "dns:localhost").certificateFile());
        String url = "postgresql://db/app";
        assertThat(TargetConfig.parse(TargetType.POSTGRESQL, url, null, pem, null, false)
                        .caPem())
                .isEqualTo(pem);
        assertThatThrownBy(() -> TargetConfig.parse(TargetType.POSTGRESQL, url, null, "hunter2", null, false))
                .hasMessage("config.tls_ca_pem must be certificates in PEM");
        assertThatThrownBy(() -> TargetConfig.parse(TargetType.POSTGRESQL, url, "disabled", pem, null, false))
                .hasMessageStartingWith("config.tls_ca_pem ");
    }

    @Test
    void hostOfAccounts_isForMysql() {
        assertThat(TargetConfig.parse(TargetType.MYSQL, "mysql://db", null, null, "10.0.0.0/255.0.0.0", false)
                        .accountHost())
                .isEqualTo("10.0.0.0/255.0.0.0");
        assertThatThrownBy(() -> TargetConfig.parse(TargetType.MYSQL, "mysql://db", null, null, "%' or 'a", false))
                .hasMessageStartingWith("config.account_host ");
        assertThatThrownBy(() -> TargetConfig.parse(TargetType.POSTGRESQL, "postgres://db/a", null, null, "%", false))
                .hasMessageStartingWith("config.account_host ");
    }
}
