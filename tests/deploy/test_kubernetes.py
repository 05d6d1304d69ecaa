"""The manifests as kustomize builds them: Kubernetes' schemas know every word, and what they refer to is there."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.loading import find

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SECRETS = {"admin-tokens": "3f9a", "postgres-password": "c81d"}
VERSIONS = ["1.30", "1.37"]  # the first in which a container can sleep before it is stopped, and the last that was there


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the overlay `team` with the two files that its owner writes."""
    folder = tmp_path_factory.mktemp("kubernetes") / "kubernetes"
    shutil.copytree(ROOT / "deploy" / "kubernetes", folder, ignore=shutil.ignore_patterns("secrets"))
    (folder / "team" / "secrets").mkdir()
    for name, text in SECRETS.items():
        (folder / "team" / "secrets" / name).write_text(text)
    ran = subprocess.run([BIN / "kubectl", "kustomize", folder / "team"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    file = folder / "built.yaml"
    file.write_text(ran.stdout)
    return file


@pytest.fixture(scope="module")
def resources(built: Path) -> dict[tuple[str, str], Any]:
    """Return every resource by its kind and by its name, without the hash that kustomize adds."""
    documents = list(yaml.safe_load_all(built.read_text()))
    names = [(one["kind"], one["metadata"]["name"].rpartition("-")[0] if "data" in one else one["metadata"]["name"]) for one in documents]
    return dict(zip(names, documents, strict=True))


@pytest.fixture(scope="module")
def workloads(resources: dict[tuple[str, str], Any]) -> dict[str, Any]:
    """Return what is said of the pods of each workload, by its name."""
    return {name: one["spec"]["template"] for (_, name), one in resources.items() if "template" in one.get("spec", {})}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schemas_of_kubernetes_know_every_word(built: Path, version: str) -> None:
    check: list[str | Path] = [BIN / "kubernetes-validate", "--strict", "--quiet", "--kubernetes-version", version, built]
    ran = subprocess.run(check, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr


def test_the_schemas_would_tell_of_a_word_that_they_do_not_know(built: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(built.read_text().replace("readinessProbe:", "readynessProbe:"))
    ran = subprocess.run([BIN / "kubernetes-validate", "--strict", "--quiet", wrong], capture_output=True, text=True, check=False)

    assert ran.returncode != 0
    assert "readynessProbe" in ran.stdout + ran.stderr


def test_two_replicas_are_there_and_one_of_them_stays(resources: dict[tuple[str, str], Any], workloads: dict[str, Any]) -> None:
    budget = resources["PodDisruptionBudget", "inbox-mock"]["spec"]

    assert resources["Deployment", "inbox-mock"]["spec"]["replicas"] == 2
    assert budget["minAvailable"] == 1
    assert budget["selector"]["matchLabels"].items() <= workloads["inbox-mock"]["metadata"]["labels"].items()


@pytest.mark.parametrize("name", ["inbox-mock", "postgres"])
def test_a_service_leads_to_a_port_of_its_pods(name: str, resources: dict[tuple[str, str], Any], workloads: dict[str, Any]) -> None:
    service = resources["Service", name]["spec"]
    (container,) = workloads[name]["spec"]["containers"]

    assert service["selector"].items() <= workloads[name]["metadata"]["labels"].items()
    assert [other for other, pod in workloads.items() if service["selector"].items() <= pod["metadata"]["labels"].items()] == [name]
    assert [port["targetPort"] for port in service["ports"]] == [port["name"] for port in container["ports"]]


def test_the_pods_listen_where_the_image_does(workloads: dict[str, Any]) -> None:
    (container,) = workloads["inbox-mock"]["spec"]["containers"]

    assert f"EXPOSE {container['ports'][0]['containerPort']}" in (ROOT / "Dockerfile").read_text()
    assert f"USER {workloads['inbox-mock']['spec']['securityContext']['runAsUser']}:" in (ROOT / "Dockerfile").read_text()


def test_each_probe_asks_what_the_fake_answers_and_says_how_it_is(workloads: dict[str, Any]) -> None:
    (container,) = workloads["inbox-mock"]["spec"]["containers"]
    client = create_app(Options(scenario=find("empty"))).app.test_client()
    asked = {name: probe["httpGet"] for name, probe in container.items() if name.endswith("Probe")}

    assert {name: probe["path"] for name, probe in asked.items()} == {
        "startupProbe": "/livez",
        "livenessProbe": "/livez",
        "readinessProbe": "/readyz",
    }
    assert {probe["port"] for probe in asked.values()} == {container["ports"][0]["name"]}
    assert {client.get(probe["path"], base_url="http://10.0.0.7:8089").status_code for probe in asked.values()} == {200}


def test_each_volume_that_is_mounted_is_there(resources: dict[tuple[str, str], Any], workloads: dict[str, Any]) -> None:
    claimed = {one["metadata"]["name"] for one in resources["StatefulSet", "postgres"]["spec"]["volumeClaimTemplates"]}
    for name, pod in workloads.items():
        (container,) = pod["spec"]["containers"]
        volumes = {volume["name"] for volume in pod["spec"]["volumes"]} | (claimed if name == "postgres" else set())

        assert {mount["name"] for mount in container["volumeMounts"]} == volumes


def test_each_secret_that_is_read_is_a_file_that_git_does_not_know(
    resources: dict[tuple[str, str], Any], workloads: dict[str, Any]
) -> None:
    secret = resources["Secret", "inbox-mock"]
    containers = [container for pod in workloads.values() for container in pod["spec"]["containers"]]
    variables = [one["valueFrom"]["secretKeyRef"] for container in containers for one in container["env"] if "valueFrom" in one]
    (volume,) = [volume["secret"] for volume in workloads["inbox-mock"]["spec"]["volumes"] if "secret" in volume]
    read = {(one["name"], one["key"]) for one in variables} | {(volume["secretName"], item["key"]) for item in volume["items"]}

    assert read == {(secret["metadata"]["name"], key) for key in SECRETS}
    assert secret["data"].keys() == SECRETS.keys()
    ignored = subprocess.run(
        ["git", "check-ignore", "--quiet", ROOT / "deploy/kubernetes/team/secrets/admin-tokens"], cwd=ROOT, check=False
    )
    assert ignored.returncode == 0


def test_the_admin_token_is_read_where_it_is_mounted(resources: dict[tuple[str, str], Any], workloads: dict[str, Any]) -> None:
    (container,) = workloads["inbox-mock"]["spec"]["containers"]
    folder = next(mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] == "secrets")
    settings = resources["ConfigMap", "inbox-mock"]

    assert settings["data"]["INBOX_MOCK_ADMIN_TOKEN_FILE"] == f"{folder}/admin-tokens"
    assert container["envFrom"] == [{"configMapRef": {"name": settings["metadata"]["name"]}}]


def test_the_database_is_where_the_fake_looks_for_it(resources: dict[tuple[str, str], Any], workloads: dict[str, Any]) -> None:
    (container,) = workloads["postgres"]["spec"]["containers"]
    said = {one["name"]: one.get("value") for one in container["env"]}
    host = resources["Service", "postgres"]["metadata"]["name"]

    assert (
        resources["ConfigMap", "inbox-mock"]["data"]["INBOX_MOCK_STORE"]
        == f"postgresql://{said['POSTGRES_USER']}@{host}/{said['POSTGRES_DB']}"
    )


def test_the_ingress_leads_to_the_service_under_the_public_address(resources: dict[tuple[str, str], Any]) -> None:
    ingress = resources["Ingress", "inbox-mock"]["spec"]
    (rule,) = ingress["rules"]
    (path,) = rule["http"]["paths"]
    backend = path["backend"]["service"]
    public = resources["ConfigMap", "inbox-mock"]["data"]["INBOX_MOCK_PUBLIC_URL"]

    assert public == f"https://{rule['host']}{path['path']}"
    assert [host for tls in ingress["tls"] for host in tls["hosts"]] == [rule["host"]]
    assert backend["port"]["name"] in [port["name"] for port in resources["Service", backend["name"]]["spec"]["ports"]]


@pytest.mark.parametrize("name", ["inbox-mock", "postgres"])
def test_a_pod_has_no_more_rights_than_it_needs(name: str, workloads: dict[str, Any]) -> None:
    pod = workloads[name]["spec"]
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert (pod["enableServiceLinks"], pod["automountServiceAccountToken"]) == (False, False)
    assert {"requests", "limits"} == container["resources"].keys()


def test_a_pod_is_given_the_time_that_the_server_takes_to_stop(workloads: dict[str, Any]) -> None:
    pod = workloads["inbox-mock"]["spec"]
    (container,) = pod["containers"]

    assert pod["terminationGracePeriodSeconds"] > container["lifecycle"]["preStop"]["sleep"]["seconds"] + 10
