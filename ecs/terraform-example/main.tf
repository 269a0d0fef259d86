# Deploys ecs/service.yaml from Terraform. Not run by this repository's tests, which have no Terraform.
# The image and the secret are there already: see docs/ECS.md, "By hand", 2 and 3.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "image_uri" {
  description = "Image in ECR by its digest: <account>.dkr.ecr.<region>.amazonaws.com/go-mcp-gitlab@sha256:…"
  type        = string
}

variable "vpc_id" { type = string }
variable "public_subnet_ids" { type = list(string) }
variable "private_subnet_ids" { type = list(string) }
variable "certificate_arn" { type = string }
variable "domain_name" { type = string }

variable "credentials_secret_arn" {
  description = "Whole ARN of the secret with GITLAB_PERSONAL_ACCESS_TOKEN and MCP_AUTH_TOKEN"
  type        = string
}

resource "aws_cloudformation_stack" "gitlab_mcp" {
  name          = "go-mcp-gitlab"
  template_body = file("${path.module}/../service.yaml")
  capabilities  = ["CAPABILITY_IAM"]

  parameters = {
    ImageUri             = var.image_uri
    VpcId                = var.vpc_id
    PublicSubnetIds      = join(",", var.public_subnet_ids)
    PrivateSubnetIds     = join(",", var.private_subnet_ids)
    CertificateArn       = var.certificate_arn
    DomainName           = var.domain_name
    CredentialsSecretArn = var.credentials_secret_arn
  }
}

output "endpoint" {
  value = aws_cloudformation_stack.gitlab_mcp.outputs["Endpoint"]
}
