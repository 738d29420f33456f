// Command pod_security reads manifests on standard input and judges each pod in them by the Pod Security
// Standard "restricted", with Kubernetes' own evaluator. Unknown and doubled fields are mistakes too.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	strict "sigs.k8s.io/yaml"

	"bufio"

	corev1 "k8s.io/api/core/v1"
)

func template(kind string, document []byte) (*corev1.PodTemplateSpec, error) {
	switch kind {
	case "Deployment":
		var found appsv1.Deployment
		err := strict.UnmarshalStrict(document, &found)
		return &found.Spec.Template, err
	case "StatefulSet":
		var found appsv1.StatefulSet
		err := strict.UnmarshalStrict(document, &found)
		return &found.Spec.Template, err
	}
	return nil, nil
}

func judge(evaluator policy.Evaluator, document []byte) (pods int, err error) {
	var about metav1.TypeMeta
	if err := strict.Unmarshal(document, &about); err != nil {
		return 0, err
	}
	pod, err := template(about.Kind, document)
	if err != nil || pod == nil {
		return 0, err
	}
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	result := policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec))
	if !result.Allowed {
		return 1, fmt.Errorf("%s: %s", about.Kind, result.ForbiddenDetail())
	}
	return 1, nil
}

func run(input io.Reader) (pods int, err error) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	if err != nil {
		return 0, err
	}
	documents := yaml.NewYAMLReader(bufio.NewReader(input))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return pods, nil
		}
		if err != nil {
			return pods, err
		}
		found, err := judge(evaluator, document)
		if err != nil {
			return pods, err
		}
		pods += found
	}
}

func main() {
	pods, err := run(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "pod_security:", err)
		os.Exit(1)
	}
	fmt.Printf("%d restricted\n", pods)
}
